"""Run EvalHub as ``evalhub`` and as ``python -m evalhub``."""

from evalhub.cli import main
from evalhub.cli.leaving import leave, say_unwritten


def run() -> None:
    """Run the command that this process was started for, and end the process with it."""
    try:
        main()
    except SystemExit as end:
        # Commands end with a number; none stands for success.
        leave(int(end.code or 0))
    except OSError as error:
        # Help and the version are written before a command begins; those tell of their own.
        say_unwritten(error)
        leave(1)


if __name__ == "__main__":
    run()
