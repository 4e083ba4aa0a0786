"""The command that runs background jobs."""

import os
import signal
import threading

import click

from evalhub.cli.context import settings
from evalhub.cli.supervised import end_with_supervisor
from evalhub.jobs.worker import Pace, run_worker
from evalhub.logs import configure_logs
from evalhub.services.workers import LEASE_S


@click.command("worker")
@click.option("--drain", is_flag=True, help="Exit when no job is left.")
@click.option(
    "--lease",
    default=LEASE_S,
    show_default=True,
    type=click.FloatRange(2.0, 600.0),
    help="Seconds of silence after which another worker's jobs are taken over.",
)
def command(*, drain: bool, lease: float) -> None:
    """Run queued pulls, builds and imports until told to stop (Ctrl-C or SIGTERM)."""
    end_with_supervisor(os.environ)
    configure_logs(settings().log_level)
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        run_worker(
            settings(),
            environ=os.environ,
            stop=stop,
            is_draining=drain,
            pace=Pace(lease_s=lease),
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
