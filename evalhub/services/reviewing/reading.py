"""List the cases that wait for somebody, and those that concern an expert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from evalhub.core.canonical import Json
from evalhub.core.people import Actor
from evalhub.core.reviewing.cases import (
    CLOSING,
    CONTESTABLE,
    FINAL,
    UNTOLD,
    CaseEvent,
    CaseStanding,
    decision_of,
    has_spoken,
    is_told,
    may_answer,
    may_appeal,
    may_revise,
    standing_of,
    waits_since,
)
from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep, Trigger
from evalhub.db.models import Person, Project, ReviewCase, ReviewExpert, ReviewStep
from evalhub.errors import NotFound
from evalhub.services.judging.cases import NO_CASE, StoredCase, get_case, load_cases
from evalhub.services.paging import PAGE_SIZE, Listing
from evalhub.services.reviewing.apart import check_reader, pairs_to_come
from evalhub.services.reviewing.desk import Desk, desk_of

CASES_SCHEMA = "evalhub.cases/1"
_TOLD = tuple(step for step in CaseStep if step not in UNTOLD)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """Hold one line of a list of cases; ``owner`` is the name of who has it in hand."""

    id: int
    project: str
    slug: str
    kind: CaseKind
    trigger: Trigger
    opened_at: datetime
    standing: CaseStanding
    owner: str


@dataclass(frozen=True, slots=True)
class OwnCase:
    """Hold a case as one of its experts sees it, and what they may do in it.

    ``numbers`` are those that stand for the experts' names, by their rows.
    """

    line: CaseLine
    numbers: Mapping[int, int]
    events: tuple[CaseEvent, ...]
    decision: CaseEvent | None
    may_revise: bool
    may_appeal: bool
    has_spoken: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Hold a case with what it is about, for whoever answers it or for one of its experts.

    ``reader`` is the expert's number of the reader, 0 for who is none; ``may_answer`` tells whether
    the reader is among those whose answer the case waits for.
    """

    own: OwnCase
    desk: Desk
    reader: int
    may_answer: bool = False


def queue(*, actor: Actor, session: Session, now: datetime, page: int = 1) -> Listing[CaseLine]:
    """Return a page of the cases that wait for an answer the actor may give, most urgent first."""
    cases = load_cases(_is_open(), session=session)
    found = [stored for stored in cases if may_answer(stored.case, actor, now)]
    kept_back = pairs_to_come([one.pair_id for one in found], actor=actor, session=session)
    waiting = [stored for stored in found if stored.pair_id not in kept_back]
    waiting.sort(key=lambda one: (standing_of(one.case, now).due_at or now, one.id))
    start = (page - 1) * PAGE_SIZE
    shown = waiting[start : start + PAGE_SIZE]
    return Listing(_lines(shown, session=session, now=now), page, len(waiting))


def waiting_since(*, session: Session, now: datetime) -> list[datetime]:
    """Return since when each case waits that waits for an answer, in all real projects."""
    cases = load_cases(_is_open(), col(ReviewCase.project_id).in_(real_projects()), session=session)
    found = (waits_since(stored.case, now) for stored in cases)
    return [moment for moment in found if moment is not None]


def real_projects() -> "sa.Select[int]":
    """Select the projects that are not simulated."""
    return sa.select(col(Project.id)).where(col(Project.is_simulated).is_(False))


def project_cases(
    project: Project, *, session: Session, now: datetime, page: int = 1
) -> Listing[OwnCase]:
    """Return a page of a project's cases with their steps, the newest first."""
    query = select(ReviewCase.id).where(ReviewCase.project_id == project.id)
    return _page(query, None, session=session, now=now, page=page)


def own_cases(
    person_id: int, *, session: Session, now: datetime, page: int = 1
) -> Listing[OwnCase]:
    """Return a page of the cases that are told to an expert, the newest first."""
    query = (
        select(ReviewCase.id)
        .join(ReviewExpert, col(ReviewExpert.case_id) == col(ReviewCase.id))
        .where(ReviewExpert.person_id == person_id)
        # As ``is_told`` says it of one case.
        .where(sa.or_(col(ReviewCase.kind) != CaseKind.REVIEW, _has_step(*_TOLD)))
    )
    return _page(query, person_id, session=session, now=now, page=page)


def n_asked(person_id: int, *, session: Session, now: datetime) -> int:
    """Return how many cases wait for an expert's word."""
    mine = sa.select(col(ReviewExpert.case_id)).where(col(ReviewExpert.person_id) == person_id)
    cases = load_cases(_is_undecided(), col(ReviewCase.id).in_(mine), session=session)
    return sum(may_revise(stored.case, person_id, now) for stored in cases)


def case_to_answer(
    case_id: int, *, actor: Actor, session: Session, now: datetime, language: str = ""
) -> CaseView:
    """Return a case for whoever answers it; raise ``Forbidden`` for who judges its pair.

    Its experts see it on their own page: on this one they would read what a reviewer reads before
    they answer themselves. Who may yet be given the pair would judge it by what another said.
    """
    stored = get_case(case_id, session=session)
    check_reader(stored, actor=actor, session=session)
    view = _view(stored, None, session=session, now=now, language=language)
    return replace(view, may_answer=may_answer(stored.case, actor, now))


def own_case(
    case_id: int, person_id: int, *, session: Session, now: datetime, language: str = ""
) -> CaseView:
    """Return a case that is told to one of its experts; raise ``NotFound`` for any other."""
    stored = get_case(case_id, session=session)
    if not is_told(stored.case, person_id):
        raise NotFound(NO_CASE)
    return _view(stored, person_id, session=session, now=now, language=language)


def cases_document(slug: str, listing: Listing[OwnCase]) -> dict[str, Json]:
    """Return a page of a project's cases as the API gives it: experts by number, nobody by name."""
    return {
        "schema": CASES_SCHEMA,
        "project": slug,
        "n_cases": listing.n_found,
        "cases": [_case_json(one) for one in listing.items],
    }


def _case_json(own: OwnCase) -> dict[str, Json]:
    line = own.line
    due_at = line.standing.due_at
    return {
        "id": line.id,
        "kind": line.kind.value,
        "trigger": line.trigger.value,
        "opened_at": line.opened_at.isoformat(),
        "state": line.standing.state.value,
        "due_at": due_at.isoformat() if due_at else None,
        "is_overdue": line.standing.is_overdue,
        "n_experts": len(own.numbers),
        "steps": [
            {
                "step": event.step.value,
                "expert": own.numbers.get(event.person_id),
                "reason": event.reason,
                "verdict": event.verdict.value if event.verdict else None,
                "words": event.words,
                "at": event.at.isoformat(),
            }
            for event in own.events
        ],
    }


def _view(
    stored: StoredCase, reader_id: int | None, *, session: Session, now: datetime, language: str
) -> CaseView:
    [line] = _lines([stored], session=session, now=now)
    return CaseView(
        own=_own(stored, line, reader_id, now),
        desk=desk_of(stored, session=session, reader_id=reader_id, language=language),
        reader=stored.numbers.get(reader_id, 0) if reader_id else 0,
    )


def _page(
    query: SelectOfScalar[int], person_id: int | None, *, session: Session, now: datetime, page: int
) -> Listing[OwnCase]:
    ids = list(session.exec(query.order_by(col(ReviewCase.id).desc())))
    start = (page - 1) * PAGE_SIZE
    shown = ids[start : start + PAGE_SIZE]
    cases = load_cases(col(ReviewCase.id).in_(shown), session=session)[::-1]
    lines = _lines(cases, session=session, now=now)
    items = [_own(stored, line, person_id, now) for stored, line in zip(cases, lines, strict=True)]
    return Listing(items, page, len(ids))


def _own(stored: StoredCase, line: CaseLine, person_id: int | None, now: datetime) -> OwnCase:
    case, who = stored.case, person_id or 0
    return OwnCase(
        line=line,
        numbers=stored.numbers,
        events=tuple(event for event in case.events if event.step is not CaseStep.TAKEN),
        decision=decision_of(case),
        may_revise=may_revise(case, who, now),
        may_appeal=may_appeal(case, who, now),
        has_spoken=has_spoken(case, who),
    )


def _lines(cases: Sequence[StoredCase], *, session: Session, now: datetime) -> list[CaseLine]:
    standings = [standing_of(stored.case, now) for stored in cases]
    of = {stored.project_id for stored in cases}
    projects = {row.id: row for row in session.exec(select(Project).where(col(Project.id).in_(of)))}
    owners = {one.owner for one in standings}
    people = select(Person).where(col(Person.id).in_(owners))
    names: dict[int | None, str] = {None: "", **{row.id: row.name for row in session.exec(people)}}
    return [
        CaseLine(
            id=stored.id,
            project=projects[stored.project_id].title,
            slug=projects[stored.project_id].slug,
            kind=stored.case.kind,
            trigger=stored.trigger,
            opened_at=stored.case.opened_at,
            standing=standing,
            owner=names[standing.owner],
        )
        for stored, standing in zip(cases, standings, strict=True)
    ]


def _is_undecided() -> "sa.ColumnElement[bool]":
    """Tell whether a case can still ask its experts for a word."""
    return ~_has_step(*CLOSING, *FINAL, CaseStep.APPEALED, CaseStep.DECIDED)


def _is_open() -> "sa.ColumnElement[bool]":
    """Tell whether a case may wait for an answer, so that closed ones are never read."""
    return sa.and_(
        ~_has_step(*CLOSING, *FINAL),
        sa.or_(~_has_step(*CONTESTABLE), _has_step(CaseStep.APPEALED)),
    )


def _has_step(*steps: CaseStep) -> "sa.ColumnElement[bool]":
    return sa.exists().where(
        col(ReviewStep.case_id) == col(ReviewCase.id), col(ReviewStep.step).in_(steps)
    )
