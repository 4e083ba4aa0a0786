"""One of several processes that take pairs until none is left; it imports no more than it needs."""

import random
from collections.abc import Sequence
from datetime import datetime
from multiprocessing import get_context

import sqlalchemy as sa

from evalhub.core.campaigns import AssignmentStatus
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.services.assigning.leasing import lease_next


def work(url: str, project_id: int, person_id: int, now: datetime) -> int:
    """Take pairs as one person over a connection of one's own; return how many were handed in."""
    database, rng, n = Database(url), random.Random(person_id), 0
    try:
        while _work_once(database, project_id, person_id, now, rng):
            n += 1
    finally:
        database.dispose()
    return n


def let_work(url: str, project_id: int, people: Sequence[int], now: datetime) -> list[int]:
    """Let each person work in a process of their own, all at once."""
    # Forked from a server that has imported all of it once: eight new interpreters would spend
    # more time on imports than on the pairs, and this process has threads that forks do not bear.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with context.Pool(len(people)) as pool:
        asked = [(url, project_id, person_id, now) for person_id in people]
        return pool.starmap(work, asked, chunksize=1)


def _work_once(
    database: Database, project_id: int, person_id: int, now: datetime, rng: random.Random
) -> bool:
    with database.transaction() as session:
        lease = lease_next(project_id, person_id=person_id, session=session, now=now, rng=rng)
    if lease is None:
        return False
    with database.transaction() as session:
        a = t.assignment.c
        mine = sa.update(t.assignment).where(a.id == lease.id)
        session.connection().execute(mine.values(status=AssignmentStatus.SUBMITTED))
    return True
