"""What work is worth, what it took, and what is said of both."""
