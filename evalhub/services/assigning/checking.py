"""Take the pair that checks quality when the lot of a claim falls on one.

Nothing here takes a place of a pair: such judgments come on top of those that a pair is to have.
Each is one statement, which only projects with such pairs ever run. It finds nothing unless work
is open to the person as well, because a comparison that comes when all work is done could only be
a check.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import SelectionPolicy, draw
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.quality import QualityShares
from evalhub.core.rubrics.vocabulary import ShowReference
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.services.assigning.choosing import Taken
from evalhub.services.assigning.open_pairs import (
    blocked_prompts,
    is_any_open,
    is_any_open_on_routes,
)
from evalhub.services.assigning.reach import Reach

N_CANDIDATES = 50
"""How many pairs the next one is drawn among; more would cost reading and hide it no better."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Hold for whom a pair that checks quality is looked for, and which would do.

    ``period`` is that of the anchors; repeats are of judgments given by ``judged_until``.
    """

    project_id: int
    person_id: int
    purpose: Purpose
    period: int
    judged_until: datetime
    reach: Reach


def take_check(wanted: Checking, *, session: Session, rng: random.Random) -> Taken | None:
    """Return one of the pairs that would do, each equally likely; None without any."""
    keys: dict[str, Any] = {
        "project": wanted.project_id,
        "person": wanted.person_id,
        "period": wanted.period,
        "until": wanted.judged_until,
    }
    ways = _WHOLE
    if not wanted.reach.is_all:
        if not wanted.reach.routes:
            return None
        ways, keys["routes"] = _ON_ROUTES, wanted.reach.routes
    rows = session.connection().execute(ways[wanted.purpose], keys).all()
    if not rows:
        return None
    row, probability = draw(rows, rng)
    return Taken(
        row.id,
        SelectionPolicy.UNIFORM,
        probability,
        purpose=wanted.purpose,
        occasion=wanted.period if wanted.purpose is Purpose.ANCHOR else 0,
        # The order a person had before makes place for the other one, or a lasting preference for
        # one side would look like a steady judgment.
        is_swapped=None if row.was_swapped is None else not row.was_swapped,
    )


def may_have_read_reference() -> "sa.ColumnElement[bool]":
    """Return the condition that who judged a pair may have read its prompt's reference answer.

    Within a text the quotation marks would be escaped; metadata of the same name keeps a pair from
    coming back, which costs nothing. A rubric shows references unless each of its versions says
    that it never does: the pair may have been judged by an earlier one.
    """
    is_shown = _is_reference_shown(t.pair.c.project_id).correlate(t.pair)
    return sa.and_(_has_reference(), is_shown)


def _has_reference() -> "sa.ColumnElement[bool]":
    return t.prompt.c.document.like('%"reference":%')


def _is_reference_shown(project_id: "sa.ColumnElement[int]") -> sa.Exists:
    in_force, version = t.rubric_version.alias("in_force"), t.rubric_version.alias("any_version")
    return sa.exists().where(
        t.project.c.id == project_id,
        in_force.c.id == t.project.c.rubric_version_id,
        version.c.rubric_id == in_force.c.rubric_id,
        version.c.document.not_like(f'%"show_reference":"{ShowReference.NEVER}"%'),
    )


def shares_that_come(project_id: int, shares: QualityShares, *, session: Session) -> QualityShares:
    """Return the shares of a project without those of which nothing can come to anybody.

    These are told: without a control that is given out, without anchors, or where each reference
    answer is shown, the lot falls on something that is not there and work is given instead.
    """
    if not shares.total:
        return shares
    row = _COMING.one({"project": project_id, "repeat": shares.repeat}, session=session)
    return replace(
        shares,
        control=shares.control if row.has_control else 0,
        anchor=shares.anchor if row.has_anchor else 0,
        repeat=shares.repeat if row.has_repeat else 0,
    )


def _coming() -> "sa.Select[*tuple[Any, ...]]":
    item, in_project = t.control_item.c, sa.bindparam("project", type_=sa.Integer)
    controls, anchors = (
        sa.exists().where(
            item.project_id == in_project, item.purpose == purpose, item.is_given.is_(True)
        )
        for purpose in (Purpose.CONTROL, Purpose.ANCHOR)
    )
    # The project's rubric is asked once and not for each pair, as it is the same for all.
    may_repeat = sa.or_(~_is_reference_shown(in_project), ~_has_reference())
    some_pair = sa.exists().where(
        t.pair.c.project_id == in_project, t.prompt.c.id == t.pair.c.prompt_id, may_repeat
    )
    # The one that may go through a whole project. Only in this form does a database leave it
    # alone where nothing is repeated; the two sides of an "and" it takes in any order.
    wants_any = sa.bindparam("repeat", type_=sa.Integer) > 0
    repeats = sa.case((wants_any, some_pair), else_=sa.false())
    return sa.select(
        controls.label("has_control"), anchors.label("has_anchor"), repeats.label("has_repeat")
    )


def _items(purpose: Purpose, was_swapped: "sa.ColumnElement[Any]") -> "sa.Select[*tuple[Any, ...]]":
    item = t.control_item
    return (
        sa.select(t.pair.c.id, was_swapped.label("was_swapped"))
        .join(item, item.c.pair_id == t.pair.c.id)
        .where(
            item.c.project_id == sa.bindparam("project"),
            item.c.purpose == purpose,
            item.c.is_given.is_(True),
            t.pair.c.prompt_id.not_in(blocked_prompts()),
        )
        .order_by(item.c.id)
        .limit(N_CANDIDATES)
    )


def _mine(assignment: sa.FromClause) -> "tuple[sa.ColumnElement[bool], ...]":
    return (
        assignment.c.project_id == sa.bindparam("project"),
        assignment.c.person_id == sa.bindparam("person"),
    )


def _controls() -> "sa.Select[*tuple[Any, ...]]":
    """Select the controls that somebody has never had, in whatever way it ended."""
    had = sa.select(t.assignment.c.pair_id).where(*_mine(t.assignment))
    never = sa.null().cast(sa.Boolean)
    return _items(Purpose.CONTROL, never).where(t.pair.c.id.not_in(had))


def _anchors() -> "sa.Select[*tuple[Any, ...]]":
    """Select the anchors that somebody has not had in this period and never gave back."""
    mine = t.assignment.alias("mine")
    is_same = (*_mine(mine), mine.c.pair_id == t.pair.c.id)
    of_pair = (*is_same, mine.c.purpose == Purpose.ANCHOR)
    last = (
        sa.select(mine.c.is_swapped).where(*of_pair).order_by(mine.c.id.desc()).limit(1)
    ).correlate(t.pair)
    had = sa.exists().where(*of_pair, mine.c.occasion == sa.bindparam("period"))
    # As whatever it was given out: what a person gave back does not come to them again.
    gave_back = sa.exists().where(*is_same, mine.c.status == AssignmentStatus.RELEASED)
    return _items(Purpose.ANCHOR, last.scalar_subquery()).where(
        ~had.correlate(t.pair), ~gave_back.correlate(t.pair)
    )


def _repeats() -> "sa.Select[*tuple[Any, ...]]":
    """Select the pairs that somebody judged long enough ago, each to come back once.

    Only what was judged by the rubric that they would judge by now, for two answers are compared
    that mean the same. Not those of a case of review: its expert has read what others said, and
    would repeat that. Not those whose reference answer they may have read since, for the same
    reason.
    """
    first, again = t.assignment, t.assignment.alias("again")
    came_back = sa.exists().where(
        again.c.pair_id == first.c.pair_id,
        again.c.person_id == first.c.person_id,
        again.c.purpose == Purpose.REPEAT,
    )
    is_reviewed = sa.exists().where(t.review_case.c.pair_id == first.c.pair_id)
    is_by_rubric = sa.exists().where(
        t.judgment.c.assignment_id == first.c.id,
        t.judgment.c.rubric_version_id == t.project.c.rubric_version_id,
        t.project.c.id == first.c.project_id,
    )
    return (
        sa.select(t.pair.c.id, first.c.is_swapped.label("was_swapped"))
        .join(first, first.c.pair_id == t.pair.c.id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .where(
            *_mine(first),
            first.c.status == AssignmentStatus.SUBMITTED,
            first.c.purpose == Purpose.WORK,
            first.c.ended_at <= sa.bindparam("until", type_=first.c.ended_at.type),
            ~may_have_read_reference(),
            t.pair.c.prompt_id.not_in(blocked_prompts()),
            ~came_back,
            ~is_reviewed,
            is_by_rubric,
        )
        .order_by(first.c.id)
        .limit(N_CANDIDATES)
    )


_COMING = Prepared(_coming())
_SELECTS = {
    Purpose.CONTROL: _controls(),
    Purpose.REPEAT: _repeats(),
    Purpose.ANCHOR: _anchors(),
}
# Built once, as those of the choice are.
_WHOLE = {purpose: select.where(is_any_open()) for purpose, select in _SELECTS.items()}
_ON_ROUTES = {
    purpose: select.where(
        t.pair.c.route.in_(sa.bindparam("routes", expanding=True)), is_any_open_on_routes()
    )
    for purpose, select in _SELECTS.items()
}
