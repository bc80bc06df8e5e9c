"""What a sentence is: its place, of what it speaks, and the frame that says whether it states a use, a denial, or something else."""
