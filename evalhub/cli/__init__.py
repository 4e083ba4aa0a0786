"""Run EvalHub from the command line: ``evalhub COMMAND``."""

from evalhub.cli.root import main

__all__ = ["main"]
