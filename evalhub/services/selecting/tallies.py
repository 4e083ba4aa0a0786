"""Count who beat whom in a project, in the form that the choice of the next comparison needs."""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.outcomes import score_of
from evalhub.core.scoring.arrays import FloatArray
from evalhub.db import tables as t
from evalhub.services.judging.joined import is_in_force


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Hold S, wins plus half ties, over the endpoints in ``endpoint_ids``, and what it rests on.

    ``n_judgments`` have a score; ``last_judgment_id`` is the newest row of any kind, 0 for none.
    """

    endpoint_ids: tuple[int, ...]
    scores: FloatArray
    n_judgments: int
    last_judgment_id: int


def tally_project(project_id: int, *, session: Session) -> Tally:
    """Count the judgments in force of a project, those that its boards score.

    The database adds them up; what comes back is a row for each two endpoints, side order and
    choice, whatever the number of judgments.
    """
    connection = session.connection()
    keys = {"project": project_id}
    # Read first: a judgment that arrives in between is then counted again as new, never missed.
    last = connection.execute(_LAST, keys).scalar() or 0
    rows = connection.execute(_COUNTS, keys).all()
    own = connection.execute(_ENDPOINTS, keys).scalars().all()
    ids = tuple(sorted({*own, *(row.x for row in rows), *(row.y for row in rows)}))
    place = {endpoint: i for i, endpoint in enumerate(ids)}
    scores = np.zeros((len(ids), len(ids)))
    n_judgments = 0
    for row in rows:
        score_a = score_of(row.choice)
        if score_a is None or row.x == row.y:
            continue
        a, b = (row.y, row.x) if row.is_swapped else (row.x, row.y)
        scores[place[a], place[b]] += row.n * score_a
        scores[place[b], place[a]] += row.n * (1 - score_a)
        n_judgments += row.n
    return Tally(ids, scores, n_judgments, last)


def _counts() -> "sa.Select[int, int, bool, str, int]":
    x, y = t.response.alias("x"), t.response.alias("y")
    groups = (
        x.c.endpoint_id.label("x"),
        y.c.endpoint_id.label("y"),
        t.judgment.c.is_swapped,
        t.judgment.c.choice,
    )
    return (
        sa.select(*groups, sa.func.count().label("n"))
        .select_from(t.judgment)
        .join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(x, x.c.id == t.pair.c.response_x_id)
        .join(y, y.c.id == t.pair.c.response_y_id)
        .where(
            t.judgment.c.project_id == sa.bindparam("project"),
            t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
            is_in_force(),
        )
        .group_by(*groups)
    )


_COUNTS = _counts()
_LAST = sa.select(sa.func.max(t.judgment.c.id)).where(
    t.judgment.c.project_id == sa.bindparam("project")
)
_ENDPOINTS = sa.select(t.project_endpoint.c.endpoint_id).where(
    t.project_endpoint.c.project_id == sa.bindparam("project")
)
