"""Pure rules of EvalHub: data in, data out; no I/O, clock, framework or settings."""
