"""Read what happened to a project's assignments, for its health week by week."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.operating.health import Ending, WeekHealth, WorkEvent, first_week, health_of
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.scoring.control_answers import right_by_assignment

_MINUTE_S = 60
_ENDINGS = {
    AssignmentStatus.SUBMITTED: Ending.JUDGED,
    AssignmentStatus.RELEASED: Ending.GIVEN_BACK,
    AssignmentStatus.EXPIRED: Ending.LAPSED,
}


def project_health(project: Project, *, session: Session, now: datetime) -> list[WeekHealth]:
    """Return how a project's work went in the last weeks, the newest first; nothing is stored.

    Every figure is computed from the assignments, judgments and control answers themselves.
    """
    right = right_by_assignment(project, session=session)
    events = (_event(row, right) for row in _ended(project, now, session))
    return health_of(events, now=now)


def _ended(
    project: Project, now: datetime, session: Session
) -> "Iterator[sa.Row[*tuple[Any, ...]]]":
    """Yield the assignments that ended in the weeks told, with their first judgment."""
    a, first = t.assignment.c, t.judgment.alias("first")
    versions = t.judgment.alias("versions")
    n_revisions = (
        sa.select(sa.func.count())
        .where(versions.c.assignment_id == a.id)
        .correlate(t.assignment)
        .scalar_subquery()
    )
    query = (
        sa.select(
            a.id,
            a.status,
            a.leased_at,
            a.ended_at,
            first.c.created_at,
            first.c.active_seconds,
            n_revisions.label("n_revisions"),
        )
        .outerjoin(first, sa.and_(first.c.assignment_id == a.id, first.c.revision == 1))
        .where(
            a.project_id == project.id,
            a.status != AssignmentStatus.LEASED,
            a.ended_at >= first_week(now),
        )
    )
    yield from session.connection().execute(query)


def _event(row: "sa.Row[*tuple[Any, ...]]", right: dict[int, bool]) -> WorkEvent:
    # A cannot-judge ends as released, since its place goes to somebody else; it is a judgment.
    if row.created_at is None:
        return WorkEvent(row.ended_at, row.leased_at, _ENDINGS[row.status])
    return WorkEvent(
        # A change of the judgment moves the end of its assignment; its work ended before.
        ended_at=row.created_at,
        claimed_at=row.leased_at,
        ending=Ending.JUDGED,
        minutes=None if row.active_seconds is None else row.active_seconds / _MINUTE_S,
        n_revisions=row.n_revisions,
        is_right=right.get(row.id),
    )
