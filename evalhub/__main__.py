"""Run EvalHub as ``evalhub`` and as ``python -m evalhub``."""

from evalhub.cli import main
from evalhub.cli.leaving import leave


def run() -> None:
    """Run the command that this process was started for, and end the process with it."""
    try:
        main()
    except SystemExit as end:
        # Commands end with a number; none stands for success.
        leave(int(end.code or 0))


if __name__ == "__main__":
    run()
