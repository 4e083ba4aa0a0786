"""Ask model endpoints over HTTP: one dialect a file behind one protocol."""
