"""Book what people work and are owed, and say what it comes to."""
