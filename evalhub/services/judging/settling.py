"""Open a further place of a pair whose judgments conflict, and close it when they no longer do."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, OverlapRule, Purpose
from evalhub.core.judging.outcomes import sign_of
from evalhub.core.overlaps import places_wanted
from evalhub.db import tables as t
from evalhub.db.rounds import is_of_earlier_round
from evalhub.services.judging.joined import is_in_force


def settle_places(pair_id: int, *, rule: OverlapRule, overlap: int, session: Session) -> int:
    """Give the pair the places that its judgments in force want; return how many.

    ``rule`` and ``overlap`` are the project's. The pair is held first: of two people who judge it
    at once the second sees the first one's judgment, so a conflict between them is not missed. A
    place that somebody holds is never taken away.
    """
    connection = session.connection()
    held = connection.execute(_HOLD, {"pair": pair_id}).one()
    n_before = n_held_before(pair_id, held.asked_since, session=session)
    signs = [
        sign_of(row.choice, is_swapped=row.is_swapped)
        for row in connection.execute(_IN_FORCE, {"pair": pair_id, "since": held.asked_since})
    ]
    # Fewer places than are held would break the promise that a lease is.
    n_taken: int = held.n_taken
    places = max(n_before + places_wanted(signs, rule, overlap), n_taken)
    connection.execute(sa.update(t.pair).where(t.pair.c.id == pair_id).values(overlap=places))
    return places


def n_held_before(pair_id: int, since: int | None, *, session: Session) -> int:
    """Return how many places of a pair are held of rounds before it was asked again."""
    if since is None:
        return 0
    asked = {"pair": pair_id, "since": since}
    n: int = session.connection().execute(_BEFORE, asked).scalar_one()
    return n


def _in_force() -> "sa.Select[str, bool]":
    """Select the newest revisions of the pair's assignments that hold a place by a judgment."""
    return (
        sa.select(t.judgment.c.choice, t.judgment.c.is_swapped)
        .join(t.assignment, t.assignment.c.id == t.judgment.c.assignment_id)
        .where(
            t.judgment.c.pair_id == sa.bindparam("pair"),
            t.assignment.c.status == AssignmentStatus.SUBMITTED,
            # What was said under the rubric of before decides nothing about the one of now.
            sa.not_(is_of_earlier_round(sa.bindparam("since", type_=sa.Integer))),
            is_in_force(),
        )
    )


# Without the key: each of two judgments that were just inserted holds its pair's key on PostgreSQL,
# and a lock that asks for the key as well would have the two wait for each other for ever.
_HOLD = (
    sa.select(t.pair.c.n_taken, t.pair.c.asked_since)
    .where(t.pair.c.id == sa.bindparam("pair"))
    .with_for_update(key_share=True)
)
_IN_FORCE = _in_force()
_BEFORE = (
    sa.select(sa.func.count())
    .select_from(t.assignment)
    .where(
        t.assignment.c.pair_id == sa.bindparam("pair"),
        is_of_earlier_round(sa.bindparam("since", type_=sa.Integer)),
        t.assignment.c.status.in_((AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)),
        # Controls, repeats and anchors take no place of their pair.
        t.assignment.c.purpose == Purpose.WORK,
    )
)
