"""What the elements of a use section say: opening sentences with their lists, uses in prose, and sentences on uses elsewhere."""
