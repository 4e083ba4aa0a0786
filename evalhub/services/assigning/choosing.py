"""Choose the next pair for a person, and say how likely that choice was.

Under a plan two models are drawn by their probability, among those of whose pairs one is open to
the person, then one of their pairs. Without a plan one of the first open pairs is drawn. Either
way the probability is that of the pair, given what was open to the person at that moment.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import (
    WINDOW,
    Candidate,
    ReleaseReason,
    SelectionPolicy,
    draw,
    draw_by_prompt,
)
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared, Row
from evalhub.services.assigning.expiring import take_place
from evalhub.services.assigning.reach import EVERYTHING, Reach

COUNTED = 1_000
"""How far pairs are counted, those that are open and those that are not; beyond it a number says
"or more"."""

N_CANDIDATES = 8
"""How many open pairs of two models, in the project's order, the next one is chosen among.

Enough to spread the prompts; few enough that pairs reach their overlap one after another.
"""


MAX_LOTS = 20
"""How often a lot is drawn again before the matchups that are still open are listed instead."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Name the pair that was taken, by which rule, how likely that was, and what it is for.

    ``is_swapped`` is the order of its sides where the purpose asks for one.
    """

    pair_id: int
    policy: SelectionPolicy
    probability: float
    purpose: Purpose = Purpose.WORK
    occasion: int = 0
    is_swapped: bool | None = None


@dataclass(frozen=True, slots=True)
class _Ways:
    """Hold the statements by which pairs are found, over all of a project or on one route."""

    window: Prepared
    n_open: Prepared
    closed: "sa.Select[int, float] | sa.CompoundSelect[int, float]"
    candidates: Prepared


_Keys: TypeAlias = dict[str, Any]
"""The values of a statement: rows, moments and lists of routes."""


def take_pair(
    project_id: int,
    *,
    person_id: int,
    policy: SelectionPolicy,
    session: Session,
    rng: random.Random,
    reach: Reach = EVERYTHING,
) -> Taken | None:
    """Take a place of a pair drawn from those open to the person; None when there is none.

    ``policy`` is that of the project's plan. Pairs that were added after the plan was made are
    in no matchup it knows, and are given out evenly once its own are used up. Only pairs on the
    routes of ``reach`` are open.
    """
    keys: _Keys = {"project": project_id, "person": person_id}
    if not reach.is_all:
        if not reach.routes:
            return None
        keys["routes"] = reach.routes
    if policy is not SelectionPolicy.UNIFORM:
        taken = _take_planned(keys, policy, session=session, rng=rng)
        if taken is not None:
            return taken
    return _take_evenly(keys, session=session, rng=rng)


def n_open_to(
    project_id: int, *, person_id: int, session: Session, now: datetime, reach: Reach = EVERYTHING
) -> int:
    """Return how many pairs could be given to a person at ``now``, counted up to ``COUNTED``.

    A place whose lease ran out counts: the next claim takes it back. Without it the last work
    of a project would never be offered again, because claims are offered by this number.
    """
    keys: _Keys = {"project": project_id, "person": person_id, "now": now}
    if reach.is_all:
        n: int = _WHOLE.n_open.scalar(keys, session=session)
        return n
    counts = (
        _ON_ROUTE.n_open.scalar({**keys, "route": route}, session=session) for route in reach.routes
    )
    n_on_routes: int = min(sum(counts), COUNTED)
    return n_on_routes


def _take_planned(
    keys: _Keys,
    policy: SelectionPolicy,
    *,
    session: Session,
    rng: random.Random,
) -> Taken | None:
    closed = _closed_matchups(keys, session=session)
    while (drawn := _draw_matchup(keys, closed, session=session, rng=rng)) is not None:
        asked = {**keys, "matchup": drawn.id}
        rows = _first(_WHOLE.candidates, _ON_ROUTE.candidates, asked, N_CANDIDATES, session)
        candidates = [Candidate(row.id, row.n_taken > 0, row.n_prompt_uses) for row in rows]
        while candidates:
            candidate, chance = draw_by_prompt(candidates, rng)
            if take_place(candidate.pair_id, session=session):
                # Given that the closed ones could not be drawn; the estimates that weigh by
                # probability would be biased otherwise.
                probability = drawn.probability / (1 - sum(closed.values())) * chance
                # Floats: a probability of 1 can come out a little above.
                return Taken(candidate.pair_id, policy, min(probability, 1.0))
            # Someone else took its last place between our look and our hold.
            candidates.remove(candidate)
        # It closed while we looked.
        closed[drawn.id] = drawn.probability
    return None


def _closed_matchups(keys: _Keys, *, session: Session) -> dict[int, float]:
    """Return the probabilities of the planned matchups of which nothing is open to the person."""
    if "routes" in keys:
        rows = session.connection().execute(_ON_ROUTE.closed, keys)
    else:
        touched = _TOUCHED.one(keys, session=session)
        n_given = touched.n_since + touched.n_had
        # Finding what is used up costs more than all the rest of a choice. Where less was given
        # out than the smallest matchup held, nothing can be, and nearly all of a project's life it
        # is so.
        if n_given < min(touched.least_open or 0, COUNTED) and not touched.is_blocked:
            return {}
        rows = session.connection().execute(_WHOLE.closed, keys)
    return {row.id: row.probability for row in rows}


def _draw_matchup(
    keys: _Keys, closed: dict[int, float], *, session: Session, rng: random.Random
) -> Row | None:
    """Draw a matchup by its probability, given that it is not ``closed``; None if all are.

    A lot that falls on a closed one is drawn again, which leaves the others exactly in proportion.
    When nearly all are closed that would take long, so then the open ones are listed.
    """
    connection = session.connection()
    # Each lot is one look into an index. Listing all matchups costs their number, thousands for a
    # hundred models, and is left for when lots keep falling on closed ones.
    for _ in range(MAX_LOTS):
        drawn = _MATCHUP.first({**keys, "lot": rng.random()}, session=session)
        if drawn is not None and drawn.id not in closed:
            return drawn
    rows = [row for row in connection.execute(_PLANNED, keys) if row.id not in closed]
    if not rows:
        return None
    # The weights need not sum to one, so what is closed need not be divided out here.
    return rng.choices(rows, weights=[row.probability for row in rows])[0]


def _take_evenly(keys: _Keys, *, session: Session, rng: random.Random) -> Taken | None:
    for window in _windows(keys, session=session):
        while window:
            pair_id, probability = draw(window, rng)
            if take_place(pair_id, session=session):
                return Taken(pair_id, SelectionPolicy.UNIFORM, probability)
            # As above.
            window.remove(pair_id)
    return None


def _windows(keys: _Keys, *, session: Session) -> Iterator[list[int]]:
    """Yield the first open pairs in the project's order, looking again until there are none."""
    while rows := _first(_WHOLE.window, _ON_ROUTE.window, keys, WINDOW, session):
        yield [row.id for row in rows]


def _first(
    whole: Prepared, on_route: Prepared, keys: _Keys, most: int, session: Session
) -> Sequence[Row]:
    """Return the first pairs that a statement finds, over a project or route by route.

    The first of a route stand together in an index; those of several at once would all have to be
    sorted. Most people have one route or two.
    """
    if "routes" not in keys:
        return whole.all(keys, session=session)
    rows = [
        row
        for route in keys["routes"]
        for row in on_route.all({**keys, "route": route}, session=session)
    ]
    return sorted(rows, key=lambda row: row.position)[:most]


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
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.status == AssignmentStatus.LEASED,
        # The others hold no place that could be taken back.
        t.assignment.c.purpose == Purpose.WORK,
        t.assignment.c.expires_at <= sa.bindparam("now", type_=t.assignment.c.expires_at.type),
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


def _whole() -> _Ways:
    n_open = _open_pairs(_has_room_or_over()).limit(COUNTED)
    return _Ways(
        window=Prepared(_open_pairs().order_by(t.pair.c.position).limit(WINDOW)),
        n_open=Prepared(sa.select(sa.func.count()).select_from(n_open.subquery())),
        closed=_closed(),
        candidates=Prepared(_candidates()),
    )


def _on_route() -> _Ways:
    """Return the same for the pairs on one route; matchups are closed by all open routes."""
    is_on = t.pair.c.route == sa.bindparam("route")
    is_on_any = t.pair.c.route.in_(sa.bindparam("routes", expanding=True))
    n_open = _open_pairs(_has_room_or_over()).where(is_on).limit(COUNTED)
    return _Ways(
        window=Prepared(_open_pairs().where(is_on).order_by(t.pair.c.position).limit(WINDOW)),
        n_open=Prepared(sa.select(sa.func.count()).select_from(n_open.subquery())),
        closed=_without_open_pair(is_on_any),
        candidates=Prepared(_candidates().where(is_on)),
    )


# Built once: putting such a statement together costs more than running it.
_WHOLE, _ON_ROUTE = _whole(), _on_route()
_TOUCHED = Prepared(_touched())
_PLANNED = sa.select(t.matchup.c.id, t.matchup.c.probability).where(
    t.matchup.c.project_id == sa.bindparam("project"), t.matchup.c.probability.is_not(None)
)
_MATCHUP = Prepared(
    _PLANNED.where(t.matchup.c.up_to > sa.bindparam("lot", type_=sa.Float))
    .order_by(t.matchup.c.up_to)
    .limit(1)
)
