"""Keep what an annotator has filled in so far, on the server."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.forms import IGNORED_FIELDS
from evalhub.db import tables as t
from evalhub.errors import BadInput, LeaseLost
from evalhub.services.assigning.leases import extend, get_lease

Fields: TypeAlias = Sequence[tuple[str, str]]
"""The names and values of a form, in the order they were sent."""

MAX_DRAFT_CHARACTERS = 200_000
LONGEST_SITTING = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """Hold a form as it was last saved."""

    fields: tuple[tuple[str, str], ...]
    active_seconds: float
    saved_at: datetime


def save_draft(
    token: str, fields: Fields, *, person_id: int, session: Session, now: datetime
) -> Lease:
    """Keep ``fields`` and let the lease run on; return the lease with its new end.

    A draft is kept as it is, complete or not, also when its lease has run out: the pair may
    come back. Raise ``NotFound`` for a token that is not this person's, ``LeaseLost`` when
    the pair was given back, and ``BadInput`` for a form longer than any real one.
    """
    lease = get_lease(token, person_id=person_id, session=session, for_update=True)
    if lease.status is AssignmentStatus.RELEASED:
        raise LeaseLost("This comparison was given back, so the draft was not kept.")
    keep_draft(lease, fields, session=session, now=now)
    extend(lease, session=session, now=now)
    return get_lease(token, person_id=person_id, session=session)


def keep_draft(lease: Lease, fields: Fields, *, session: Session, now: datetime) -> None:
    """Store ``fields`` as the draft of an assignment, in place of the one before."""
    kept = [[name, value] for name, value in fields if name not in IGNORED_FIELDS]
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > MAX_DRAFT_CHARACTERS:
        rule = f"has {len(text):,} characters; at most {MAX_DRAFT_CHARACTERS:,} are kept"
        raise BadInput.at("form", rule)
    drop_draft(lease, session=session)
    session.connection().execute(
        sa.insert(t.draft).values(
            assignment_id=lease.id,
            fields=text,
            active_seconds=active_seconds(fields, lease, now=now) or 0.0,
            saved_at=now,
        )
    )


def drop_draft(lease: Lease, *, session: Session) -> None:
    """Forget this person's drafts for this pair, also those from leases that ran out.

    ``find_draft`` looks over the same assignments, so none that is over can come back.
    """
    assignments = _assignments_like(lease).scalar_subquery()
    session.connection().execute(sa.delete(t.draft).where(t.draft.c.assignment_id.in_(assignments)))


def find_draft(lease: Lease, *, session: Session) -> SavedDraft | None:
    """Return the newest draft of this person for this pair, also from a lease that ran out."""
    row = (
        session.connection()
        .execute(
            sa.select(t.draft)
            .where(t.draft.c.assignment_id.in_(_assignments_like(lease).scalar_subquery()))
            .order_by(t.draft.c.saved_at.desc(), t.draft.c.assignment_id.desc())
            .limit(1)
        )
        .first()
    )
    if row is None:
        return None
    fields = tuple((name, value) for name, value in json.loads(row.fields))
    return SavedDraft(fields, row.active_seconds, row.saved_at)


def _assignments_like(lease: Lease) -> "sa.Select[int]":
    """Select every assignment of the lease's pair to its person."""
    return sa.select(t.assignment.c.id).where(
        t.assignment.c.pair_id == lease.pair_id,
        t.assignment.c.person_id == lease.person_id,
    )


def active_seconds(fields: Fields, lease: Lease, *, now: datetime) -> float | None:
    """Return the time the form says was spent at work; None without scripts.

    It is never more than has passed since the pair was claimed, nor than a day.
    """
    given = next((value for name, value in fields if name == "active_seconds"), "")
    if not (given.isascii() and given.isdigit() and len(given) < len(str(10**9))):
        return None
    passed = min(max(now - lease.leased_at, timedelta()), LONGEST_SITTING)
    return min(float(given), passed.total_seconds())
