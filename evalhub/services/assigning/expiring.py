"""Take back leases that ran out, so that their pairs can be given to someone else."""

from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.services.assigning.leases import is_over
from evalhub.services.paying.booking import book_expired


def reclaim_expired(project_id: int, *, session: Session, now: datetime) -> int:
    """Mark the project's leases that ended by ``now`` as expired and free their places.

    Return how many. Drafts stay. On PostgreSQL only one transaction a project does this at
    a time and the others go on without: nobody then waits while holding what another waits
    for, so leasing cannot deadlock. A lease that is being submitted is passed over.
    """
    connection = session.connection()
    # The row of the project stands for the right to sweep; no lock of its own is needed. The one
    # writer of SQLite has that right anyway.
    if connection.dialect.name != "sqlite":
        is_mine = connection.execute(_RIGHT_TO_SWEEP, {"project": project_id}).first()
        if is_mine is None:
            return 0
    ended = connection.execute(_SWEEP, {"project": project_id, "now": now}).all()
    freed = Counter(row.pair_id for row in ended if Purpose(row.purpose).holds_place)
    # In one order for all, or two sweeps that free the same pairs could each wait for the other.
    for pair_id, n_places in sorted(freed.items()):
        free_places(pair_id, n_places=n_places, session=session)
    if ended:
        book_expired([row.id for row in ended], session=session, now=now)
    return len(ended)


def free_places(pair_id: int, *, n_places: int = 1, session: Session) -> None:
    """Make ``n_places`` of a pair available again."""
    session.connection().execute(
        sa.update(t.pair).where(t.pair.c.id == pair_id).values(n_taken=t.pair.c.n_taken - n_places)
    )


_RIGHT_TO_SWEEP = (
    sa.select(t.project.c.id)
    .where(t.project.c.id == sa.bindparam("project"))
    .with_for_update(key_share=True, skip_locked=True)
)
_SWEEP = (
    sa.update(t.assignment)
    .where(
        t.assignment.c.id.in_(
            sa.select(t.assignment.c.id)
            .where(*is_over())
            # Held by somebody who is submitting right now: taking it back would let the pair be
            # given out while it is being judged.
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
    )
    .values(
        status=AssignmentStatus.EXPIRED,
        ended_at=sa.bindparam("now", type_=t.assignment.c.ended_at.type),
    )
    .returning(t.assignment.c.id, t.assignment.c.pair_id, t.assignment.c.purpose)
)
"""Built once, as every claim sweeps and building it costs more than running it."""


def take_place(pair_id: int, *, session: Session) -> bool:
    """Take one place of a pair and return True, or False when its overlap is reached.

    A try that fails holds nothing, so that whoever goes on to another pair waits with empty hands.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return _take(pair_id, session)  # There is one writer, who waits for nobody.
    # Nearly always nobody else has the row, and then one statement does it.
    if _TAKE_FREE.first({"pair": pair_id}, session=session) is not None:
        return True
    # PostgreSQL keeps the row of a pair locked that filled up while we waited for it. Two claims
    # that each went on to the other's would wait for each other.
    savepoint = connection.begin_nested()
    is_taken = _take(pair_id, session)
    if is_taken:
        savepoint.commit()
    else:
        savepoint.rollback()
    return is_taken


def _take(pair_id: int, session: Session) -> bool:
    return _TAKE.first({"pair": pair_id}, session=session) is not None


_TAKE = Prepared(
    sa.update(t.pair)
    # Look and hold are one statement: between two, another claim could take the last place.
    .where(t.pair.c.id == sa.bindparam("pair"), t.pair.c.n_taken < t.pair.c.overlap)
    .values(n_taken=t.pair.c.n_taken + 1)
    .returning(t.pair.c.id)
)
_FREE = t.pair.alias("free")
_TAKE_FREE = Prepared(
    sa.update(t.pair)
    .where(
        t.pair.c.id
        == sa.select(_FREE.c.id)
        .where(_FREE.c.id == sa.bindparam("pair"), _FREE.c.n_taken < _FREE.c.overlap)
        # Without the key, as the update itself: whoever stores a judgment holds the pair's key.
        .with_for_update(key_share=True, skip_locked=True)
        .scalar_subquery()
    )
    .values(n_taken=t.pair.c.n_taken + 1)
    .returning(t.pair.c.id)
)
"""As above, for a row that nobody else holds: it waits for nobody and so needs no savepoint."""
