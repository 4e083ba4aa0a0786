"""Run EvalHub as ``python -m evalhub``."""

from evalhub.cli import main

main()
