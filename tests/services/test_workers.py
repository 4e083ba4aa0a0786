"""Workers are known by when the database last heard of them."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, update

from evalhub.db.models import JobWorker
from evalhub.services.workers import LEASE_S, beat, has_live_worker, leave, live_workers


def silence(executor_id: str, seconds: float, session: Session) -> None:
    """Let a worker have been silent for so long."""
    session.flush()
    moment = session.get_one(JobWorker, executor_id).seen_at - timedelta(seconds=seconds)
    session.execute(
        update(JobWorker).where(col(JobWorker.executor_id) == executor_id).values(seen_at=moment)
    )
    session.expire_all()


def test_a_worker_that_beats_is_live(session: Session) -> None:
    beat("a", session=session)

    assert live_workers(LEASE_S, session=session) == {"a"}
    assert has_live_worker(session=session)


def test_a_silent_worker_is_not(session: Session) -> None:
    beat("a", session=session)
    beat("b", session=session)
    silence("a", LEASE_S + 1, session)

    assert live_workers(LEASE_S, session=session) == {"b"}


def test_a_worker_that_beats_again_is_live_again(session: Session) -> None:
    beat("a", session=session)
    silence("a", LEASE_S + 1, session)

    beat("a", session=session)

    assert live_workers(LEASE_S, session=session) == {"a"}
    assert session.scalar(sa.select(sa.func.count()).select_from(JobWorker)) == 1


def test_a_worker_that_leaves_is_forgotten(session: Session) -> None:
    beat("a", session=session)
    beat("b", session=session)

    leave("a", session=session)

    assert live_workers(LEASE_S, session=session) == {"b"}


def test_without_workers_nobody_would_run_a_job(session: Session) -> None:
    assert not has_live_worker(session=session)
