"""Say which pairs are open to a person, as statements that a choice among them runs.

A pair is open that has room, that the person has not had, and whose prompt is not kept from them.
Every statement takes the project and the person; those by route take routes, too.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from evalhub.core.assigning import WINDOW, ReleaseReason
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.services.assigning.leases import is_over

COUNTED = 1_000
"""How far pairs are counted, those that are open and those that are not; beyond it a number says
"or more"."""

N_CANDIDATES = 8
"""How many open pairs of two models, in the project's order, the next one is chosen among.

Enough to spread the prompts; few enough that pairs reach their overlap one after another.
"""


@dataclass(frozen=True, slots=True)
class Ways:
    """Hold the statements by which pairs are found, over all of a project or on one route."""

    window: Prepared
    n_open: Prepared
    candidates: Prepared


def is_any_open() -> "sa.ColumnElement[bool]":
    """Return the condition that work is open to a person, whose routes are bound if it asks."""
    return sa.exists(_open_pairs())


def is_any_open_on_routes() -> "sa.ColumnElement[bool]":
    """Return the same for the pairs on some routes."""
    on_any = t.pair.c.route.in_(sa.bindparam("routes", expanding=True))
    return sa.exists(_open_pairs().where(on_any))


def _is_open(
    has_room: "sa.ColumnElement[bool] | None" = None,
) -> "tuple[sa.ColumnElement[bool], ...]":
    """Return what holds for the pairs that have room and that a person has not had."""
    seen = sa.select(t.assignment.c.pair_id).where(*_is_mine())
    return (
        t.pair.c.is_offered.is_(True),
        t.pair.c.n_taken < t.pair.c.overlap if has_room is None else has_room,
        t.pair.c.id.not_in(seen),
        t.pair.c.prompt_id.not_in(blocked_prompts()),
    )


def _is_mine() -> "tuple[sa.ColumnElement[bool], ...]":
    """Return what holds for the assignments that keep their pair from the person."""
    return (
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.person_id == sa.bindparam("person"),
        t.assignment.c.status != AssignmentStatus.EXPIRED,
    )


def blocked_prompts() -> "sa.Select[int]":
    """Select the prompts that are kept from a person because they sent one back."""
    blocked = t.pair.alias("blocked")
    return (
        sa.select(blocked.c.prompt_id)
        .join(t.assignment, t.assignment.c.pair_id == blocked.c.id)
        .where(*_is_mine(), t.assignment.c.release_reason == ReleaseReason.PROMPT_BLOCKED)
    )


def _open_pairs(
    has_room: "sa.ColumnElement[bool] | None" = None,
) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(t.pair.c.id, t.pair.c.position).where(
        t.pair.c.project_id == sa.bindparam("project"), *_is_open(has_room)
    )


def _has_room_or_over() -> "sa.ColumnElement[bool]":
    """Tell whether a pair has room once leases that ended by ``now`` are taken back."""
    over = sa.select(t.assignment.c.pair_id).where(
        *is_over(),
        # The others hold no place that could be taken back.
        t.assignment.c.purpose == Purpose.WORK,
    )
    return sa.or_(t.pair.c.n_taken < t.pair.c.overlap, t.pair.c.id.in_(over))


def _closed() -> "sa.CompoundSelect[int, float]":
    """Select the planned matchups of which no pair is open to the person.

    Each had room when the plan was made. So it can only have closed by what was given out since,
    by what the person had before, or by prompts kept from them; nothing else is looked at, and of
    that only what could have used up the ``n_open`` pairs of then.
    """
    since = sa.select(t.assignment.c.pair_id).where(
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.id
        > sa.select(t.selection_plan.c.after_assignment_id)
        .where(t.selection_plan.c.project_id == sa.bindparam("project"))
        .scalar_subquery(),
    )
    had = sa.select(t.assignment.c.pair_id).where(*_is_mine())
    given = sa.union_all(since, had).subquery("given")
    touched = (
        sa.select(t.pair.c.matchup_id, sa.func.count().label("n"))
        .join(given, given.c.pair_id == t.pair.c.id)
        .group_by(t.pair.c.matchup_id)
    )
    kept_away = sa.select(t.pair.c.matchup_id, t.pair.c.id.label("n")).where(
        t.pair.c.prompt_id.in_(blocked_prompts()),
    )
    some, others = touched.subquery(), kept_away.subquery()
    without = _without_open_pair()
    return (
        without.join(some, some.c.matchup_id == t.matchup.c.id)
        .where(some.c.n >= t.matchup.c.n_open)
        .union(without.join(others, others.c.matchup_id == t.matchup.c.id))
    )


def _without_open_pair(*rules: "sa.ColumnElement[bool]") -> "sa.Select[int, float]":
    """Select the planned matchups without an open pair that ``rules`` hold for.

    All are looked at unless more is said. A choice by route does so: which prompts somebody gets
    was not known when the plan was made, so any matchup may be closed to them from the start.
    """
    matchup = t.matchup
    is_open = sa.exists(
        sa.select(t.pair.c.id).where(t.pair.c.matchup_id == matchup.c.id, *_is_open(), *rules)
    )
    return sa.select(matchup.c.id, matchup.c.probability).where(
        matchup.c.project_id == sa.bindparam("project"),
        matchup.c.probability.is_not(None),
        ~is_open,
    )


def _touched() -> "sa.Select[*tuple[Any, ...]]":
    """Select what bounds how many pairs of any matchup are closed to a person by now.

    ``n_since`` was given out since the plan, ``n_had`` the person had at any time. They are counted
    in an index and no further than ``COUNTED``. ``is_blocked`` tells whether a prompt is kept from
    the person.
    """
    a, plan = t.assignment.c, t.selection_plan.c
    since = sa.select(a.id).where(a.project_id == plan.project_id, a.id > plan.after_assignment_id)
    had = sa.select(a.id).where(*_is_mine())
    blocked = sa.exists().where(
        *_is_mine(),
        a.status == AssignmentStatus.RELEASED,
        a.release_reason == ReleaseReason.PROMPT_BLOCKED,
    )

    def counted(rows: "sa.Select[int]") -> "sa.ScalarSelect[int]":
        some = rows.limit(COUNTED).correlate(t.selection_plan).subquery()
        return sa.select(sa.func.count()).select_from(some).scalar_subquery()

    return sa.select(
        plan.least_open,
        counted(since).label("n_since"),
        counted(had).label("n_had"),
        blocked.label("is_blocked"),
    ).where(plan.project_id == sa.bindparam("project"))


def _candidates() -> "sa.Select[*tuple[Any, ...]]":
    """Select the first open pairs of a matchup, with how much each one's prompt was used."""
    used = t.pair.alias("used")
    uses = (
        sa.select(sa.func.coalesce(sa.func.sum(used.c.n_taken), 0))
        .where(
            used.c.project_id == t.pair.c.project_id,
            used.c.prompt_id == t.pair.c.prompt_id,
            used.c.n_taken > 0,
        )
        .correlate(t.pair)
        .scalar_subquery()
    )
    return (
        sa.select(
            t.pair.c.id,
            t.pair.c.position,
            t.pair.c.n_taken,
            (uses - t.pair.c.n_taken).label("n_prompt_uses"),
        )
        .where(t.pair.c.matchup_id == sa.bindparam("matchup"), *_is_open())
        .order_by(t.pair.c.position)
        .limit(N_CANDIDATES)
    )


def _whole() -> Ways:
    n_open = _open_pairs(_has_room_or_over()).limit(COUNTED)
    return Ways(
        window=Prepared(_open_pairs().order_by(t.pair.c.position).limit(WINDOW)),
        n_open=Prepared(sa.select(sa.func.count()).select_from(n_open.subquery())),
        candidates=Prepared(_candidates()),
    )


def _on_route() -> Ways:
    """Return the same for the pairs on one route."""
    is_on = t.pair.c.route == sa.bindparam("route")
    n_open = _open_pairs(_has_room_or_over()).where(is_on).limit(COUNTED)
    return Ways(
        window=Prepared(_open_pairs().where(is_on).order_by(t.pair.c.position).limit(WINDOW)),
        n_open=Prepared(sa.select(sa.func.count()).select_from(n_open.subquery())),
        candidates=Prepared(_candidates().where(is_on)),
    )


# Built once: putting such a statement together costs more than running it.
WHOLE, ON_ROUTE = _whole(), _on_route()
CLOSED = Prepared(_closed())
CLOSED_ON_ROUTES = _without_open_pair(
    t.pair.c.route.in_(sa.bindparam("routes", expanding=True)),
)
"""A matchup is closed to somebody by all the routes that are open to them together."""
TOUCHED = Prepared(_touched())
PLANNED = sa.select(t.matchup.c.id, t.matchup.c.probability).where(
    t.matchup.c.project_id == sa.bindparam("project"), t.matchup.c.probability.is_not(None)
)
MATCHUP = Prepared(
    PLANNED.where(t.matchup.c.up_to > sa.bindparam("lot", type_=sa.Float))
    .order_by(t.matchup.c.up_to)
    .limit(1)
)
