"""What a coordinator needs to know of a project: who is there, what is left, what is stuck."""
