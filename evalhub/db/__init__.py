"""Keep EvalHub's state: engine, transaction and one table a file."""
