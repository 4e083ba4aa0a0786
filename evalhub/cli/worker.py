"""The command that runs background jobs."""

import os
import signal
import threading

import click

from evalhub.cli.context import settings
from evalhub.jobs.worker import run_worker


@click.command("worker")
@click.option("--drain", is_flag=True, help="Exit when no job is left.")
def command(*, drain: bool) -> None:
    """Run queued pulls until told to stop (Ctrl-C or SIGTERM)."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        run_worker(settings(), environ=os.environ, stop=stop, is_draining=drain)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
