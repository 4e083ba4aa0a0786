"""Keep on every pair that is handed out which two endpoints meet in it."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db import tables as t
from evalhub.db.models import Project


def set_matchups(project: Project, *, session: Session) -> None:
    """Give the project's offered pairs that have none their matchup, adding what is missing.

    It is written once, when pairs are made: the next comparison is then found by an index on the
    pair alone, without its two responses.
    """
    connection = session.connection()
    rows = connection.execute(_NEW, {"project": project.id}).all()
    met = sorted({(row.low, row.high) for row in rows})
    known = _known(project, session)
    missing = [pair for pair in met if pair not in known]
    if missing:
        connection.execute(
            sa.insert(t.matchup),
            [
                {
                    "project_id": project.id,
                    "endpoint_low_id": low,
                    "endpoint_high_id": high,
                    "n_open": 0,
                }
                for low, high in missing
            ],
        )
        known = _known(project, session)
    if rows:
        connection.execute(
            _SET, [{"pair": row.id, "matchup": known[row.low, row.high]} for row in rows]
        )


def _known(project: Project, session: Session) -> dict[tuple[int, int], int]:
    found = session.connection().execute(
        sa.select(t.matchup).where(t.matchup.c.project_id == project.id)
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
