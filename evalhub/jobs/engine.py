"""Run the job engine (DBOS) over EvalHub's own database.

On PostgreSQL its tables live in the schema ``dbos`` of the same database; on SQLite in a
file of their own, so that its writers and ours do not wait for each other.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from evalhub.config import Settings
from evalhub.errors import SettingsError

NAME = "evalhub"
VERSION = "jobs-1"
"""Pinned: the engine's default hashes the source, and a new release would strand old jobs."""
QUEUE = "pulls"
SHARES_AT_ONCE = 32
"""Endpoints that one worker asks at one time."""
UNFINISHED = ("ENQUEUED", "PENDING")
FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
KEPT = timedelta(days=7)
PRUNED_AT_ONCE = 200


def engine_url(settings: Settings) -> str:
    """Return where the engine keeps its tables."""
    if settings.database_url.startswith("sqlite"):
        return f"sqlite:///{settings.instance_dir / 'jobs.db'}"
    return settings.database_url


@contextmanager
def running_engine(settings: Settings, *, executor_id: str, poll_s: float) -> Iterator[None]:
    """Run the engine for the block; register the jobs before.

    ``executor_id`` must never have been used: the engine takes over what an earlier
    process of the same id left, also when that process is still alive.
    """
    url = engine_url(settings)
    if url.startswith("sqlite"):
        _prepare(Path(url.removeprefix("sqlite:///")))
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "executor_id": executor_id,
        "application_version": VERSION,
        "log_level": "WARNING",
        "sys_db_pool_size": 5,
        # The engine's default is pickle: whoever can write its table could run code in every
        # worker.
        "serializer": DBOSPortableJSONSerializer(),
        # Nothing leaves the machine that the operator did not ask for.
        "enable_otlp": False,
    }
    DBOS(config=config)
    try:
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=SHARES_AT_ONCE,
            # One share an endpoint across all workers: two would each keep the endpoint's limit
            # and together break it.
            partition_concurrency=1,
            polling_interval_sec=poll_s,
        )
        yield
    finally:
        DBOS.destroy(destroy_registry=True)


def _prepare(path: Path) -> None:
    """Make the engine's file, private as the database it belongs to, with a write-ahead log."""
    try:
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"The jobs' file {path} cannot be used: {error}.") from error


def unfinished_ids(*, of_others_than: frozenset[str] | None = None) -> Sequence[str]:
    """Return the jobs that wait or run; with ``of_others_than``, those that run elsewhere."""
    statuses = UNFINISHED if of_others_than is None else ("PENDING",)
    found = DBOS.list_workflows(status=list(statuses), load_input=False, load_output=False)
    if of_others_than is None:
        return [job.workflow_id for job in found]
    return [job.workflow_id for job in found if job.executor_id not in of_others_than]


def hand_back(job_ids: Sequence[str]) -> None:
    """Queue jobs again whose worker is gone."""
    DBOS.resume_workflows(list(job_ids), queue_name=QUEUE)


def prune(now: datetime) -> int:
    """Delete some of the jobs that finished long ago and return how many."""
    old = DBOS.list_workflows(
        status=list(FINISHED),
        completed_before=(now.astimezone(UTC) - KEPT).isoformat(),
        limit=PRUNED_AT_ONCE,
        load_input=False,
        load_output=False,
    )
    if old:
        DBOS.delete_workflows([job.workflow_id for job in old])
    return len(old)
