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

from sqlmodel import Session

from evalhub.core.assigning import (
    WINDOW,
    Candidate,
    SelectionPolicy,
    draw,
    draw_by_prompt,
)
from evalhub.core.campaigns import Purpose
from evalhub.db.prepared import Prepared, Row
from evalhub.services.assigning.expiring import take_place
from evalhub.services.assigning.open_pairs import (
    CLOSED,
    CLOSED_ON_ROUTES,
    COUNTED,
    MATCHUP,
    N_CANDIDATES,
    ON_ROUTE,
    PLANNED,
    TOUCHED,
    WHOLE,
)
from evalhub.services.assigning.reach import EVERYTHING, Reach

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
        n: int = WHOLE.n_open.scalar(keys, session=session)
        return n
    counts = (
        ON_ROUTE.n_open.scalar({**keys, "route": route}, session=session) for route in reach.routes
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
        rows = _first(WHOLE.candidates, ON_ROUTE.candidates, asked, N_CANDIDATES, session)
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
        rows = session.connection().execute(CLOSED_ON_ROUTES, keys).all()
    else:
        touched = TOUCHED.one(keys, session=session)
        n_given = touched.n_since + touched.n_had
        # Finding what is used up costs more than all the rest of a choice. Where less was given
        # out than the smallest matchup held, nothing can be, and nearly all of a project's life it
        # is so.
        if n_given < min(touched.least_open or 0, COUNTED) and not touched.is_blocked:
            return {}
        rows = CLOSED.all(keys, session=session)
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
        drawn = MATCHUP.first({**keys, "lot": rng.random()}, session=session)
        if drawn is not None and drawn.id not in closed:
            return drawn
    rows = [row for row in connection.execute(PLANNED, keys) if row.id not in closed]
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
    while rows := _first(WHOLE.window, ON_ROUTE.window, keys, WINDOW, session):
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
