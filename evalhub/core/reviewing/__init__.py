"""Let people look at judgments again: what opens a case, who answers it, and what follows."""
