"""Use cases, one stage a module or package; each takes a session and never commits."""
