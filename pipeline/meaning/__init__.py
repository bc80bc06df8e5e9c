"""What a sentence says: each of its phrases, read by one row of a table of roles, with its place."""
