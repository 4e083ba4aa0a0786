"""End this process without taking the interpreter apart."""

import contextlib
import logging
import os
import sys
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process with ``status``, after everything that was written out has left it.

    By then every commit is on disk and every connection closed. What is left is to free NumPy,
    pandas and Arrow piece by piece, and to wait for threads that ask nobody any more: a second
    or more in which whoever pressed Ctrl-C, and whoever supervises this process, waits for
    nothing. Only for the very end of a process: no ``finally`` above the caller runs.
    """
    logging.shutdown()
    try:
        # Whoever read it has enough; that is no failure of the command.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
    except OSError as error:
        # A full disk keeps the last lines from a file; whoever asked for them must not believe
        # that they are there.
        status = status or 1
        say_unwritten(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(status)


def say_unwritten(error: OSError) -> None:
    """Say on standard error why standard output does not hold what it should."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"Error: the output could not be written: {error.strerror}.\n")
