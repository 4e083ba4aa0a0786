"""Cancel, interrupt and resume pulls."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Actor
from evalhub.db.models import Endpoint, Pull, PullEndpoint
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.pulling.budgeting import AFTER_A_BUDGET, overspent
from evalhub.services.pulling.finding import get_row
from evalhub.services.pulling.missing import demand_of
from evalhub.services.pulling.seeding import find_other_seed, lock_seeds
from evalhub.services.pulling.settling import ACTIVE

ENDINGS = {
    PullStatus.DONE: "is done",
    PullStatus.CANCELLED: "was stopped by a person",
    PullStatus.FAILED: "was stopped by an error",
}
"""How a pull that is over ended."""


def cancel_pull(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Stop the pull; what was stored stays. Raise ``Conflict`` when it is over already."""
    pull = get_row(public_id, session=session, is_locked=True)
    if pull.status not in ACTIVE:
        raise Conflict(f"The pull {ENDINGS[pull.status]} already; there is nothing to cancel.")
    _finish(pull, PullStatus.CANCELLED, "", session=session, now=now)
    _record("pull.cancel", pull, session=session, actor=actor, now=now)


def interrupt_pull(public_id: str, *, reason: str, session: Session, now: datetime) -> None:
    """Mark a pull whose foreground run a person stopped as cancelled; it can be resumed.

    Nothing went wrong, so it has not failed: ``reason`` says who stopped it.
    """
    pull = get_row(public_id, session=session, is_locked=True)
    if pull.status in ACTIVE:
        _finish(pull, PullStatus.CANCELLED, reason, session=session, now=now)


def resume_pull(
    public_id: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    is_foreground: bool = False,
) -> None:
    """Put the pull back to work on what is missing.

    A running pull may be resumed too: when its process has died nobody else does it, and
    when it has not, the second run finds its endpoints claimed and waits. Raise
    ``Conflict`` for a pull that is done or already waiting, and for one whose endpoint was asked
    with another seed meanwhile.
    """
    pull = get_row(public_id, session=session, is_locked=True)
    if pull.status is PullStatus.DONE:
        raise Conflict("The pull is done; start another to ask again what ended in an error.")
    # One that is active may be taken over all the same: what is under way has to be ended by a run.
    if pull.status not in ACTIVE and overspent(pull, session=session):
        raise Conflict(AFTER_A_BUDGET)
    # In the foreground it may be taken from the queue: its worker may never come.
    if pull.status is PullStatus.QUEUED and not is_foreground:
        raise Conflict("The pull is waiting for a worker already.")
    _check_seed(pull, session)
    pull.status = PullStatus.RUNNING if is_foreground else PullStatus.QUEUED
    # A new number makes new jobs; those of the old run that still exist find their share claimed.
    pull.run_number += 1
    pull.reason, pull.finished_at = "", None
    session.add(pull)
    session.flush()
    session.execute(
        sa.update(PullEndpoint)
        .where(col(PullEndpoint.pull_id) == pull.id)
        .values(ended_at=None, reason="")
    )
    _record("pull.resume", pull, session=session, actor=actor, now=now)


def _check_seed(pull: Pull, session: Session) -> None:
    """Refuse a pull that would take answers of another seed for its own."""
    lock_seeds(pull.prompt_set_version_id, session=session)
    rows = session.exec(
        select(Endpoint)
        .join(PullEndpoint, col(PullEndpoint.endpoint_id) == col(Endpoint.id))
        .where(PullEndpoint.pull_id == pull.id)
        .order_by(col(Endpoint.slug))
    ).all()
    other = find_other_seed(demand_of(pull), rows, session=session)
    if other is not None:
        same = "without a seed" if other.seed is None else "with that seed"
        raise Conflict(
            f"The pull asks with the seed {pull.seed}, but by now {other.slug} {other.words}: "
            f"start another pull {same}, or revise the endpoint for answers of its own."
        )


def _finish(
    pull: Pull, status: PullStatus, reason: str, *, session: Session, now: datetime
) -> None:
    pull.status, pull.reason, pull.finished_at = status, reason, now
    session.add(pull)
    session.flush()
    # A share that has not ended says here when it asks again, which it will not.
    session.execute(
        sa.update(PullEndpoint)
        .where(col(PullEndpoint.pull_id) == pull.id, col(PullEndpoint.ended_at).is_(None))
        .values(reason="")
    )


def _record(action: str, pull: Pull, *, session: Session, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"pull:{pull.public_id}",
        details={"run": pull.run_number},
        now=now,
    )
