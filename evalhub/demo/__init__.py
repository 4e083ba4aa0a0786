"""Fill an instance with a demo organisation; everything in it is marked as simulated."""
