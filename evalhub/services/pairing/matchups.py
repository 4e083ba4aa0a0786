"""Keep on every pair that is handed out which two endpoints meet in it."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db import tables as t
from evalhub.db.models import Project


def matchup_ids(
    project_id: int, met: Collection[tuple[int, int]], *, session: Session
) -> dict[tuple[int, int], int]:
    """Return the matchup of every two endpoints in ``met`` (low, high), adding what is missing."""
    known = _known(project_id, session)
    missing = sorted(set(met) - known.keys())
    if not missing:
        return known
    session.connection().execute(
        sa.insert(t.matchup),
        [
            {
                "project_id": project_id,
                "endpoint_low_id": low,
                "endpoint_high_id": high,
                "n_open": 0,
            }
            for low, high in missing
        ],
    )
    return _known(project_id, session)


def set_matchups(project: Project, *, session: Session) -> None:
    """Give the project's offered pairs that have none their matchup, adding what is missing.

    A new pair has its own from the start; these were made for imported judgments. It is written
    once: the next comparison is then found by an index on the pair alone, without its two
    responses.
    """
    connection = session.connection()
    rows = connection.execute(_NEW, {"project": project.id}).all()
    known = matchup_ids(project.id, {(row.low, row.high) for row in rows}, session=session)
    if rows:
        connection.execute(
            _SET, [{"pair": row.id, "matchup": known[row.low, row.high]} for row in rows]
        )


def _known(project_id: int, session: Session) -> dict[tuple[int, int], int]:
    found = session.connection().execute(
        sa.select(t.matchup).where(t.matchup.c.project_id == project_id)
    )
    return {(row.endpoint_low_id, row.endpoint_high_id): row.id for row in found}


def _new_pairs() -> "sa.Select[int, int, int]":
    """Select the offered pairs without a matchup, with their two endpoints in order."""
    x, y = t.response.alias("x"), t.response.alias("y")
    is_ordered = x.c.endpoint_id < y.c.endpoint_id
    return (
        sa.select(
            t.pair.c.id,
            sa.case((is_ordered, x.c.endpoint_id), else_=y.c.endpoint_id).label("low"),
            sa.case((is_ordered, y.c.endpoint_id), else_=x.c.endpoint_id).label("high"),
        )
        .join(x, x.c.id == t.pair.c.response_x_id)
        .join(y, y.c.id == t.pair.c.response_y_id)
        .where(
            t.pair.c.project_id == sa.bindparam("project"),
            t.pair.c.is_offered.is_(True),
            t.pair.c.matchup_id.is_(None),
            # Two samples of one endpoint say nothing of its strength; they meet nobody.
            x.c.endpoint_id != y.c.endpoint_id,
        )
    )


_NEW = _new_pairs()
_SET = (
    sa.update(t.pair)
    .where(t.pair.c.id == sa.bindparam("pair"))
    .values(matchup_id=sa.bindparam("matchup"))
)
