"""Look through a project's new judgments and open a case wherever a person should look again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col

from evalhub.core.assigning import REVISABLE_FOR, ReleaseReason
from evalhub.core.campaigns import AnnotatorKind, AssignmentStatus, Purpose
from evalhub.core.reviewing.cases import standing_of
from evalhub.core.reviewing.triggers import conflict_of, contradicts_anew, is_sampled
from evalhub.core.reviewing.vocabulary import KIND_OF, CaseKind, CaseState, Trigger
from evalhub.db import tables as t
from evalhub.db.chunks import chunks
from evalhub.db.models import Project, ReviewCase, ReviewLook
from evalhub.services.judging.cases import StoredCase, load_cases
from evalhub.services.judging.votes import CastVote, votes_on
from evalhub.services.locks import lock
from evalhub.services.reviewing.rules import share_in_force

_Said: TypeAlias = "tuple[sa.Select[*tuple[Any, ...]], sa.ColumnElement[datetime]]"
"""A statement that finds what was said in some time, and the column of its moments."""

WINDOW = 2_000
"""Judgments looked through in one transaction: a third of a second, in which SQLite has no other
writer. A backlog takes as many windows as it needs."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Hold how many cases a look opened, and whether it left something for the next one."""

    n_opened: int
    is_rest_left: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Hold a case to open, unless its key says that it is there."""

    key: str
    pair_id: int
    assignment_id: int | None
    trigger: Trigger
    experts: tuple[int, ...]


def projects_to_look_at(*, session: Session, now: datetime) -> list[int]:
    """Return the projects in which something was said since they were looked through."""
    until, looked = now - REVISABLE_FOR, t.review_look.c.looked_until
    judged, given_back = t.judgment.c.created_at, t.assignment.c.ended_at
    is_judged = sa.exists().where(
        t.judgment.c.project_id == t.project.c.id,
        t.judgment.c.assignment_id.is_not(None),
        t.judgment.c.purpose == Purpose.WORK,
        judged <= until,
        sa.or_(looked.is_(None), judged > looked),
    )
    is_reported = sa.exists().where(
        t.assignment.c.project_id == t.project.c.id,
        t.assignment.c.status == AssignmentStatus.RELEASED,
        t.assignment.c.release_reason == ReleaseReason.BROKEN,
        given_back <= until,
        sa.or_(looked.is_(None), given_back > looked),
    )
    query = (
        sa.select(t.project.c.id)
        .outerjoin(t.review_look, t.review_look.c.project_id == t.project.c.id)
        .where(sa.or_(is_judged, is_reported))
        .order_by(t.project.c.id)
    )
    return list(session.connection().execute(query).scalars())


def look_through(
    project_id: int, *, session: Session, now: datetime, window: int = WINDOW
) -> Looked:
    """Open the cases of what was said in a project since the last look, the oldest first.

    It looks at ``window`` judgments and at as many reports, and at those of the same moment as the
    last; look again where something is left, best in a transaction of its own. What may still be
    changed is left for later: a conflict that its author mends within the ten minutes is none.
    Looking again opens nothing twice, whoever looks at the same moment.
    """
    lock(f"review look {project_id}", session=session)
    look, last = session.get(ReviewLook, project_id), now - REVISABLE_FOR
    since = look.looked_until if look else None
    until = _window_end(project_id, since, last, window, session=session)
    wanted = [
        *_judged(project_id, since, until, session=session, now=now),
        *_reported(project_id, since, until, session=session),
    ]
    n_opened = sum(_open(project_id, one, session=session, now=now) for one in wanted)
    if look is None:
        look = ReviewLook(project_id=project_id, looked_until=until)
    look.looked_until = max(look.looked_until, until)
    session.add(look)
    session.flush()
    return Looked(n_opened, is_rest_left=until < last)


def _window_end(
    project_id: int, since: datetime | None, last: datetime, window: int, *, session: Session
) -> datetime:
    """Return the moment up to which a window reaches; ``last`` where it holds what is left."""
    ends = [last]
    for said in (_judged_since, _reported_since):
        query, said_at = said(project_id, since, last)
        # The one after the window is asked for, so that a window that is just full leaves no rest.
        moments = query.with_only_columns(said_at).order_by(said_at).offset(window - 1).limit(2)
        found = list(session.connection().execute(moments).scalars())
        ends += found[:1] if len(found) > 1 else []
    return min(ends)


def _judged(
    project_id: int, since: datetime | None, until: datetime, *, session: Session, now: datetime
) -> Iterable[_Wanted]:
    touched = _touched(project_id, since, until, session=session)
    share = share_in_force(project_id, session=session)
    seed = session.get_one(Project, project_id).seed
    votes = votes_on(set(touched.values()), session=session, until=until)
    earlier = _disagreements(votes, session)
    for pair_id, cast in votes.items():
        conflict = conflict_of([one.vote for one in cast])
        if conflict is not None and _is_new(cast, earlier[pair_id], now):
            experts = tuple(dict.fromkeys(one.person_id for one in cast))
            number = len(earlier[pair_id])
            # The first has the key that it had before a pair could have a second one.
            key = f"pair:{pair_id}:{number + 1}" if number else f"pair:{pair_id}"
            yield _Wanted(key, pair_id, None, conflict, experts)
        new = [one for one in cast if one.assignment_id in touched]
        yield from filter(None, (_review(one, seed, share) for one in new))


def _disagreements(
    pair_ids: Collection[int], session: Session
) -> defaultdict[int, list[StoredCase]]:
    """Return the disagreements that some pairs have had, the oldest first, by pair."""
    found = defaultdict[int, list[StoredCase]](list)
    for chunk in chunks(pair_ids):
        of_pairs = col(ReviewCase.pair_id).in_(chunk)
        kind = col(ReviewCase.kind) == CaseKind.ADJUDICATION
        for stored in load_cases(of_pairs, kind, session=session):
            found[stored.pair_id].append(stored)
    return found


def _is_new(cast: Sequence[CastVote], earlier: Sequence[StoredCase], now: datetime) -> bool:
    """Tell whether a conflict is another one than those that were talked about or still are."""
    if not earlier:
        return True
    last = earlier[-1].case
    is_over = standing_of(last, now).state in {CaseState.SETTLED, CaseState.CLOSED}
    return is_over and contradicts_anew({one.person_id: one.vote for one in cast}, last.experts)


def _review(cast: CastVote, seed: int, share: float) -> _Wanted | None:
    """Return the review of one judgment: for its override, else when it is drawn."""
    if not cast.vote.is_override and not is_sampled(seed, cast.assignment_id, share):
        return None
    trigger = Trigger.OVERRIDE if cast.vote.is_override else Trigger.SAMPLE
    key = f"judgment:{cast.assignment_id}"
    return _Wanted(key, cast.pair_id, cast.assignment_id, trigger, (cast.person_id,))


def _touched(
    project_id: int, since: datetime | None, until: datetime, *, session: Session
) -> dict[int, int]:
    """Return the pairs that were judged since the last look, by assignment."""
    query, _ = _judged_since(project_id, since, until)
    return {row.assignment_id: row.pair_id for row in session.connection().execute(query)}


def _reported(
    project_id: int, since: datetime | None, until: datetime, *, session: Session
) -> Iterable[_Wanted]:
    query, _ = _reported_since(project_id, since, until)
    for row in session.connection().execute(query.order_by(t.assignment.c.id)):
        key = f"report:{row.id}"
        yield _Wanted(key, row.pair_id, row.id, Trigger.REPORT, (row.person_id,))


def _judged_since(project_id: int, since: datetime | None, until: datetime) -> _Said:
    made_at = t.judgment.c.created_at
    query = sa.select(t.judgment.c.assignment_id, t.judgment.c.pair_id).where(
        t.judgment.c.project_id == project_id,
        t.judgment.c.assignment_id.is_not(None),
        t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
        t.judgment.c.purpose == Purpose.WORK,
        made_at <= until,
    )
    return query if since is None else query.where(made_at > since), made_at


def _reported_since(project_id: int, since: datetime | None, until: datetime) -> _Said:
    a = t.assignment.c
    query = sa.select(a.id, a.pair_id, a.person_id).where(
        a.project_id == project_id,
        a.status == AssignmentStatus.RELEASED,
        a.release_reason == ReleaseReason.BROKEN,
        a.ended_at <= until,
    )
    return query if since is None else query.where(a.ended_at > since), a.ended_at


def _open(project_id: int, wanted: _Wanted, *, session: Session, now: datetime) -> bool:
    connection = session.connection()
    case_id = connection.execute(
        _insert(connection.dialect.name),
        {
            "key": wanted.key,
            "project_id": project_id,
            "pair_id": wanted.pair_id,
            "assignment_id": wanted.assignment_id,
            "kind": KIND_OF[wanted.trigger],
            "trigger": wanted.trigger,
            "opened_at": now,
        },
    ).scalar()
    if case_id is None:
        return False
    connection.execute(sa.insert(t.review_expert), _experts(case_id, wanted.experts))
    return True


def _experts(case_id: int, experts: Sequence[int]) -> list[dict[str, int]]:
    return [
        {"case_id": case_id, "person_id": person_id, "number": number}
        for number, person_id in enumerate(experts, start=1)
    ]


@lru_cache
def _insert(dialect: str) -> ReturningInsert[int]:
    """Return the statement; the two dialects write the same one with classes of their own."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(t.review_case)
    return statement.on_conflict_do_nothing(index_elements=["key"]).returning(t.review_case.c.id)
