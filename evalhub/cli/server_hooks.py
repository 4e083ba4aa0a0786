"""Tell gunicorn what to do when a worker begins and ends: ``--config python:…``."""

import gc
import os
import sys
from importlib import import_module

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from evalhub.cli.leaving import leave
from evalhub.cli.supervised import end_with_supervisor
from evalhub.config import load_settings

SWITCH_S = 0.0005
"""Seconds after which a thread gives the interpreter to one that waits for it, ten times as soon as
by default. Whoever stores a judgment lets go of it at each statement, and all other writers wait
meanwhile; with the default each statement could wait 5 ms for a page that another thread renders.
"""
FIRST = 1
"""Age of the first worker that the server starts; those that replace one are older."""


def on_starting(_server: Arbiter) -> None:
    """Import the application before the first process is forked, and end with the command.

    Each process is then ready in a fraction of a second, also one that replaces another, and they
    share the memory of what was imported. The application itself is made after the fork; no
    connection may be inherited. The server also ends when the command that started it is killed.
    """
    end_with_supervisor(os.environ)
    # Nothing of half a million new objects is garbage, and looking for some among them is a fifth
    # of the time. Frozen, they are not looked at again, which would also copy the shared memory.
    gc.disable()
    import_module("evalhub.app")
    gc.freeze()
    gc.enable()


def post_worker_init(worker: Worker) -> None:
    """Let threads take turns, and say where EvalHub is open, once: the logs are for programs."""
    sys.setswitchinterval(SWITCH_S)
    if worker.age == FIRST:
        sys.stdout.write(opening(worker.sockets[0].getsockname(), load_settings().public_url))
        sys.stdout.flush()


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """End a worker that is done at once; its threads still listen to idle browsers.

    One that ends by a fault is left to gunicorn, which says what happened.
    """
    error = sys.exc_info()[1]
    if isinstance(error, SystemExit) and not error.code:
        leave(0)


def opening(bound: tuple[str, int], public_url: str) -> str:
    """Return the line that says where EvalHub is open.

    Where a proxy stands in front, people use another address than the one that is listened at.
    """
    host, port = bound[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if public_url.rstrip("/") == address:
        return f"EvalHub is open at {address} (Ctrl-C stops it).\n"
    return f"EvalHub is open at {address} (Ctrl-C stops it); people use {public_url}.\n"
