"""Let people look at judgments again: open cases, answer them, and tell the experts."""
