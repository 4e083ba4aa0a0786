"""Run a worker: the engine, its jobs and the keeper's rounds, until told to stop."""

import os
import socket
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from dbos import error as dbos_error
from sqlalchemy.exc import SQLAlchemyError

from evalhub.config import Settings
from evalhub.jobs.engine import running_engine
from evalhub.jobs.keeper import Keeper
from evalhub.jobs.pulls import PullJobs
from evalhub.jobs.queued_work import build_jobs, import_jobs
from evalhub.services.pulling import RunTools, http_clients
from evalhub.services.pulling.tools import ClientFactory, utc_now
from evalhub.services.queued_work import WorkTools
from evalhub.services.releasing.running import BuildTools
from evalhub.services.transaction import open_database
from evalhub.services.workers import LEASE_S

LOG = structlog.get_logger("evalhub.jobs")


@dataclass(frozen=True, slots=True)
class Pace:
    """Hold a worker's times in seconds.

    A worker that is silent for ``lease_s`` is taken for dead, so it must be longer than
    any pause of a live one. Whoever is told to stop has ``grace_s`` for what is under way.
    """

    round_s: float = 1.0
    lease_s: float = LEASE_S
    grace_s: float = 10.0


def run_worker(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    stop: threading.Event,
    is_draining: bool = False,
    pace: Pace | None = None,
) -> None:
    """Run jobs until ``stop`` is set or, when draining, until none is left.

    Told to stop, it asks nothing new, lets what is under way end within the grace, and
    leaves the rest to the next worker.
    """
    pace = pace or Pace()
    executor_id = f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    database = open_database(settings)
    clients = http_clients(settings, environ, database=database)
    jobs = PullJobs(database, partial(_run_tools, clients, stop=stop, pace=pace))
    queued = (
        build_jobs(database, BuildTools(utc_now, stop, settings=settings)),
        import_jobs(database, WorkTools(utc_now, stop)),
    )
    keeper = Keeper(
        database,
        jobs,
        queued,
        executor_id=executor_id,
        lease_s=pace.lease_s,
        now=utc_now,
    )
    try:
        # Alive before the first job: the other workers would take what it begins for lost.
        keeper.beat()
        with running_engine(settings, executor_id=executor_id, poll_s=pace.round_s / 2):
            make_rounds(keeper, stop=stop, is_draining=is_draining, round_s=pace.round_s)
            # Set also when draining ended the rounds, so that nothing new is asked from here on.
            stop.set()
            jobs.running.wait_until_idle(pace.grace_s + pace.round_s)
            for one in queued:
                # It hears of it at its next page or row, and removes what it wrote.
                one.running.wait_until_idle(pace.grace_s)
        # Only after the engine has stopped: what another takes over must not still be running
        # here.
        keeper.leave()
    finally:
        database.dispose()


def _run_tools(clients: ClientFactory, *, stop: threading.Event, pace: Pace) -> RunTools:
    """Return the tools of one share; its requests are counted against no other share's."""
    return RunTools(
        clients=clients,
        stop=stop,
        say=lambda text: LOG.warning("an endpoint is waited for", reason=text),
        poll_s=pace.round_s,
        grace_s=pace.grace_s,
        is_run_again=True,
    )


def make_rounds(
    keeper: Keeper, *, stop: threading.Event, is_draining: bool, round_s: float
) -> None:
    """Make rounds until ``stop`` is set or, when draining, until no job is left."""
    while not stop.is_set():
        try:
            keeper.make_round()
            if is_draining and keeper.is_drained():
                return
        except (SQLAlchemyError, dbos_error.DBOSException) as error:
            # The database may be away for a while; the rounds go on until it is back.
            LOG.warning("a round failed", error=type(error).__name__, message=str(error)[:500])
        stop.wait(round_s)
