"""Set up projects, staff them, open and close them, and say how far they are."""
