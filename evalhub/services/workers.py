"""Keep track of the workers that run jobs, by the database's clock."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from evalhub.db.claims import claim
from evalhub.db.models import JobWorker

__all__ = [
    "LEASE_S",
    "beat",
    "claim",
    "database_now",
    "has_live_worker",
    "leave",
    "live_workers",
]

LEASE_S = 30.0
"""Seconds of silence after which a worker is taken for dead."""


def beat(executor_id: str, *, session: Session) -> None:
    """Write down that the worker is alive."""
    moment = database_now(session)
    row = session.get(JobWorker, executor_id)
    if row is None:
        row = JobWorker(executor_id=executor_id, started_at=moment, seen_at=moment)
    row.seen_at = moment
    session.add(row)
    session.flush()


def leave(executor_id: str, *, session: Session) -> None:
    """Forget the worker, so that the others take over what it left at once."""
    session.execute(delete(JobWorker).where(col(JobWorker.executor_id) == executor_id))


def live_workers(lease_s: float, *, session: Session) -> frozenset[str]:
    """Return the workers that were heard of within the lease."""
    since = database_now(session) - timedelta(seconds=lease_s)
    return frozenset(
        session.exec(select(JobWorker.executor_id).where(col(JobWorker.seen_at) >= since))
    )


def has_live_worker(*, session: Session) -> bool:
    """Tell whether anybody would run a job now."""
    return bool(live_workers(LEASE_S, session=session))


def database_now(session: Session) -> datetime:
    """Return the database's clock, the only one that all workers share."""
    # All workers on SQLite share one machine and so one clock; CURRENT_TIMESTAMP alone would drop
    # what is below a second.
    if session.get_bind().dialect.name == "sqlite":
        text = session.scalar(sa.select(sa.func.strftime("%Y-%m-%d %H:%M:%f", "now")))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    # Not now(), which stands still within a transaction.
    moment: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment
