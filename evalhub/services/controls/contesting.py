"""Tell experts which controls they answered otherwise, and let them contest the key.

Only what was answered a week ago or longer, and only to who answered it: by then it can no longer
be changed and never comes to them again. Somebody else may still get it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import Purpose
from evalhub.core.free_words import checked_words
from evalhub.core.judging.known import KeyAnswer, answer_of, turned
from evalhub.core.people import Actor
from evalhub.core.prompts.records import Prompt
from evalhub.core.qualifying.contests import (
    DECIDERS,
    ContestOutcome,
    ContestStanding,
    standing_of,
)
from evalhub.core.quality import TOLD_AFTER
from evalhub.core.reviewing.cases import MAX_WORDS
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.db.models import Assignment, ControlContest, ControlContestAnswer, Project
from evalhub.errors import Conflict, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.controls.keying import append_key, refuse_bad_key
from evalhub.services.controls.sharing import renew_where_more, told_shares
from evalhub.services.judging.keys import keys_in_force
from evalhub.services.judging.matter import parse_prompt
from evalhub.services.locks import lock


@dataclass(frozen=True, slots=True)
class ControlDispute:
    """Hold a contest of a control's key and how it stands; it names nobody."""

    public_id: str
    pair_id: int
    words: str
    opened_at: datetime
    outcome: ContestOutcome | None
    answer: str
    answered_at: datetime | None
    standing: ContestStanding


@dataclass(frozen=True, slots=True)
class ToldControl:
    """Hold a control that a person answered otherwise than its key, in the order they saw.

    ``accepted`` and ``given`` speak of the answer shown first as x.
    """

    token: str
    project_title: str
    prompt: Prompt
    judged_at: datetime
    given: KeyAnswer
    accepted: frozenset[KeyAnswer]
    contest: ControlDispute | None


def told_controls(person_id: int, *, session: Session, now: datetime) -> list[ToldControl]:
    """Return the controls that a person answered otherwise long enough ago, the newest first."""
    rows = session.connection().execute(_ANSWERED, {"person": person_id, "until": now - TOLD_AFTER})
    answered = rows.all()
    keys = keys_in_force(t.pair.c.id.in_([row.pair_id for row in answered]), session=session)
    of_these = col(ControlContest.assignment_id).in_([row.id for row in answered])
    by_assignment = dict(_contests(of_these, session, now))
    told = []
    for row in answered:
        accepted = keys.get(row.pair_id)
        given = answer_of(row.choice, is_swapped=row.is_swapped)
        # What was contested stays in sight, also once a mended key makes it right.
        contest = by_assignment.get(row.id)
        if given is None or accepted is None or (given in accepted and contest is None):
            continue
        shown = (turned([given]), turned(accepted)) if row.is_swapped else ({given}, accepted)
        told.append(
            ToldControl(
                token=row.token,
                project_title=row.title,
                prompt=parse_prompt(row.document),
                judged_at=row.created_at,
                given=next(iter(shown[0])),
                accepted=frozenset(shown[1]),
                contest=contest,
            )
        )
    return told


def contest_control(
    token: str, words: str, *, person_id: int, session: Session, actor: Actor, now: datetime
) -> str:
    """Contest the key of a control that one answered otherwise; return the contest's public id.

    Raise ``NotFound`` for what one was not told of, which says no more than that it is not there,
    ``Conflict`` for one that is contested already and ``BadInput`` without a reason.
    """
    # Before anything is read: a form that is sent twice would find no contest twice.
    lock(f"control contest {token}", session=session)
    told = {one.token: one for one in told_controls(person_id, session=session, now=now)}
    if token not in told:
        raise NotFound(Sentence("There is no such comparison of yours."))
    assignment = session.exec(select(Assignment).where(Assignment.token == token)).one()
    row = ControlContest(
        public_id=secrets.token_hex(8),
        assignment_id=assignment.id,
        words=checked_words(words, most=MAX_WORDS),
        opened_at=now,
    )
    if told[token].contest is not None:
        raise Conflict(Sentence("You have contested this key already."))
    session.add(row)
    session.flush()
    _record("control.contest", row, session=session, actor=actor, now=now)
    return row.public_id


def contests_in(project: Project, *, session: Session, now: datetime) -> list[ControlDispute]:
    """Return the contests of a project's controls, those that wait first by their due time."""
    found = [one for _, one in _contests(t.assignment.c.project_id == project.id, session, now)]
    return sorted(found, key=lambda one: (not one.standing.is_open, one.standing.due_at))


def answer_control_contest(
    project: Project,
    public_id: str,
    outcome: ContestOutcome,
    accepted: frozenset[KeyAnswer],
    words: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Uphold or overturn a contested key; ``accepted`` is right from then on, none withdraws it.

    Raise ``NotFound`` and ``BadInput``, ``Conflict`` for one that is answered or a key that changes
    nothing, and ``Forbidden`` for who may not at its level and for whoever has judged the pair or
    written a key of it.
    """
    row = session.exec(select(ControlContest).where(ControlContest.public_id == public_id)).first()
    of = session.get(Assignment, row.assignment_id) if row else None
    if row is None or of is None or of.project_id != project.id:
        raise NotFound(Sentence("There is no such contest."))
    # The row comes first wherever both are held, as where a key is mended; that of a closed project
    # as well, in which contests are still answered.
    session.refresh(project, with_for_update={"key_share": True})
    lock(f"control {of.pair_id}", session=session)
    [(_, contest)] = _contests(t.control_contest.c.id == row.id, session, now)
    if not contest.standing.is_open:
        raise Conflict(Sentence("The contest is answered."))
    by = _decider(actor, of.pair_id, contest.standing, session)
    text, key_id = checked_words(words, most=MAX_WORDS), None
    if outcome is ContestOutcome.OVERTURNED:
        refuse_bad_key(accepted, text)
        before = told_shares(project, session=session)
        key_id = append_key(of.pair_id, accepted, text, session=session, actor=actor, now=now)
        renew_where_more(project, before, session=session, actor=actor, now=now)
    session.add(
        ControlContestAnswer(
            control_contest_id=row.id,
            outcome=outcome,
            words=text,
            control_key_id=key_id,
            answered_at=now,
            answered_by=by,
        )
    )
    session.flush()
    _record(f"control.{outcome.value}", row, session=session, actor=actor, now=now)


def _decider(actor: Actor, pair_id: int, standing: ContestStanding, session: Session) -> int:
    if actor.person_id is None or not actor.has(*DECIDERS[standing.level]):
        raise Forbidden(
            Sentence("A contest is answered by coordination, and by an admin once it is late.")
        )
    judged = sa.select(t.assignment.c.id).where(
        t.assignment.c.pair_id == pair_id, t.assignment.c.person_id == actor.person_id
    )
    # They would decide about their own answer, whatever was contested.
    if session.connection().execute(judged.limit(1)).first() is not None:
        raise Forbidden(Sentence("You have judged this pair, so somebody else decides about it."))
    key = t.control_key.c
    wrote = sa.select(key.id).where(key.pair_id == pair_id, key.written_by == actor.person_id)
    # Who overturned it once before has written a key as well, and would judge their own ruling.
    if session.connection().execute(wrote.limit(1)).first() is not None:
        raise Forbidden(
            Sentence("You wrote a key of this control, so somebody else decides about it.")
        )
    return actor.person_id


def _contests(
    condition: "sa.ColumnElement[bool]", session: Session, now: datetime
) -> list[tuple[int, ControlDispute]]:
    contest, answer = t.control_contest, t.control_contest_answer
    query = (
        sa.select(
            contest.c.public_id,
            contest.c.assignment_id,
            contest.c.words,
            contest.c.opened_at,
            t.assignment.c.pair_id,
            answer.c.outcome,
            answer.c.words.label("answer"),
            answer.c.answered_at,
        )
        .join(t.assignment, t.assignment.c.id == contest.c.assignment_id)
        .outerjoin(answer, answer.c.control_contest_id == contest.c.id)
        .where(condition)
        .order_by(contest.c.id)
    )
    return [
        (
            row.assignment_id,
            ControlDispute(
                public_id=row.public_id,
                pair_id=row.pair_id,
                words=row.words,
                opened_at=row.opened_at,
                outcome=row.outcome,
                answer=row.answer or "",
                answered_at=row.answered_at,
                standing=standing_of(row.opened_at, row.answered_at, now),
            ),
        )
        for row in session.connection().execute(query)
    ]


def _record(
    action: str, row: ControlContest, *, session: Session, actor: Actor, now: datetime
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"contest:{row.public_id}",
        details={},
        now=now,
    )


def _answered() -> "sa.Select[*tuple[Any, ...]]":
    a, judgment = t.assignment, t.judgment.c
    return (
        sa.select(
            a.c.id,
            a.c.token,
            a.c.pair_id,
            t.project.c.title,
            t.prompt.c.document,
            judgment.choice,
            judgment.is_swapped,
            judgment.created_at,
        )
        .join(t.judgment, judgment.assignment_id == a.c.id)
        .join(t.project, t.project.c.id == a.c.project_id)
        .join(t.pair, t.pair.c.id == a.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .where(
            a.c.person_id == sa.bindparam("person"),
            a.c.purpose == Purpose.CONTROL,
            judgment.created_at <= sa.bindparam("until", type_=judgment.created_at.type),
            is_newest(),
        )
        .order_by(judgment.created_at.desc(), a.c.id.desc())
    )


_ANSWERED = _answered()
