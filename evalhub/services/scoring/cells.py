"""Count a project's judgments by prompt, for what a page foresees without reading each of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.outcomes import score_of
from evalhub.core.scoring.counting.counts import Counts
from evalhub.db import tables as t
from evalhub.services.judging.joined import is_in_force, join_sides


@dataclass(frozen=True, slots=True)
class ActiveTime:
    """Hold the mean active minutes of the judgments whose time was measured, and how many."""

    minutes: float
    n: int


def count_by_prompt(project_id: int, endpoint_ids: tuple[int, ...], *, session: Session) -> Counts:
    """Return the scored judgments in force as counts over ``endpoint_ids``, clustered by prompt.

    Models are named by their place in ``endpoint_ids``, which must hold every judged endpoint.
    """
    place = {endpoint: i for i, endpoint in enumerate(endpoint_ids)}
    cells: list[tuple[int, int, int, int]] = []
    weights: list[int] = []
    for row in session.connection().execute(_CELLS, {"project": project_id}):
        score_a = score_of(row.choice)
        if score_a is None or row.x == row.y:
            continue
        left, right = (row.y, row.x) if row.is_swapped else (row.x, row.y)
        cells.append((row.prompt_id, place[left], place[right], round(2 * score_a)))
        weights.append(row.n)
    table = np.array(cells, dtype=np.int64).reshape(-1, 4)
    merged, inverse = np.unique(table, axis=0, return_inverse=True)
    n = np.bincount(inverse.ravel(), weights, minlength=len(merged)).astype(np.int64)
    prompts, cluster = np.unique(merged[:, 0], return_inverse=True)
    return Counts.of(
        [str(i) for i in range(len(endpoint_ids))],
        [str(prompt) for prompt in prompts],
        cluster=cluster.astype(np.int64),
        left=merged[:, 1],
        right=merged[:, 2],
        outcome=merged[:, 3],
        n=n,
    )


def active_time(project_id: int, *, session: Session) -> ActiveTime | None:
    """Return the mean active time of a project's judgments by people; None where none has one."""
    row = session.connection().execute(_ACTIVE, {"project": project_id}).one()
    return ActiveTime(float(row.mean) / 60, row.n) if row.n else None


def _cells() -> "sa.Select[*tuple[Any, ...]]":
    source, sides = join_sides(t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id))
    groups = (
        t.pair.c.prompt_id,
        sides["x"][1].c.id.label("x"),
        sides["y"][1].c.id.label("y"),
        t.judgment.c.is_swapped,
        t.judgment.c.choice,
    )
    return (
        sa.select(*groups, sa.func.count().label("n"))
        .select_from(source)
        .where(
            t.judgment.c.project_id == sa.bindparam("project"),
            t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
            is_in_force(),
        )
        .group_by(*groups)
    )


_CELLS = _cells()
_ACTIVE = sa.select(
    sa.func.avg(t.judgment.c.active_seconds).label("mean"),
    sa.func.count(t.judgment.c.active_seconds).label("n"),
).where(
    t.judgment.c.project_id == sa.bindparam("project"),
    t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
    # A measured 0 is a form sent by a script, which is nobody's working time.
    t.judgment.c.active_seconds > 0,
    is_in_force(),
)
