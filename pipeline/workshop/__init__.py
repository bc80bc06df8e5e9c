"""What makes the tables that onlabel reads, for whoever keeps them; the wheel leaves it out."""
