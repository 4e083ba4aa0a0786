"""Let reviewers and adjudicators answer cases: take, accept, return, decide, answer an appeal."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from evalhub.core.free_words import checked_words, plain_words, says_something
from evalhub.core.people import Actor
from evalhub.core.reviewing.cases import (
    MAX_WORDS,
    Case,
    CaseEvent,
    check_decision,
    check_return,
    check_step,
    standing_of,
)
from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep
from evalhub.services.judging.cases import (
    StoredCase,
    append_step,
    get_case,
    minutes_of,
)
from evalhub.services.judging.rework import book_appeal
from evalhub.services.reviewing.apart import check_reader

WORDLESS = frozenset({CaseStep.TAKEN, CaseStep.ACCEPTED})
"""Steps that need no reason: nothing is asked of anybody by them."""


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """Hold what somebody answers, as it was typed; ``verdict`` belongs to a decision."""

    step: CaseStep
    words: str = ""
    reason: str = ""
    verdict: str = ""


def answer_case(
    case_id: int, answer: CaseAnswer, *, actor: Actor, session: Session, now: datetime
) -> None:
    """Append an answer to a case and book what follows from it.

    No judgment is changed: a return leaves the judgment in force until its author judges again,
    and a decision stands beside the votes. The same answer sent again changes nothing: without
    scripts a button can be pressed twice. Raise ``NotFound``, ``Forbidden`` for who may not
    answer, ``Conflict`` where the case does not stand so, and ``BadInput`` without a reason.
    """
    stored = get_case(case_id, session=session, is_held=True)
    check_reader(stored, actor=actor, session=session)
    if _is_said(answer, stored.case, actor, now):
        return
    person_id = check_step(stored.case, answer.step, actor, now)
    event = _event(stored, answer, person_id, now)
    append_step(stored, event, actor=actor, session=session)
    if answer.step in {CaseStep.UPHELD, CaseStep.REJECTED}:
        appeal = next(one for one in stored.case.events if one.step is CaseStep.APPEALED)
        book_appeal(
            stored,
            appeal.person_id,
            minutes=minutes_of(case_id, CaseStep.APPEALED, session=session),
            is_upheld=answer.step is CaseStep.UPHELD,
            session=session,
            now=now,
        )


def _is_said(answer: CaseAnswer, case: Case, actor: Actor, now: datetime) -> bool:
    """Tell whether the last step is what came of this very answer of the actor, and holds."""
    if not case.events or case.events[-1].person_id != actor.person_id:
        return False
    event = case.events[-1]
    given = (answer.step, plain_words(answer.words), answer.reason, answer.verdict)
    if given != (event.step, event.words, event.reason, event.verdict or ""):
        return False
    # Whoever let a case lie has it no more: to take it then is a step of its own.
    return event.step is not CaseStep.TAKEN or standing_of(case, now).owner == actor.person_id


def _event(stored: StoredCase, answer: CaseAnswer, person_id: int, now: datetime) -> CaseEvent:
    needs_words = answer.step not in WORDLESS
    words = ""
    if needs_words or says_something(answer.words):
        words = checked_words(answer.words, most=MAX_WORDS, where="words")
    event = CaseEvent(answer.step, person_id, now, words)
    if answer.step is CaseStep.RETURNED:
        return replace(event, reason=check_return(answer.reason).value)
    is_decided_anew = answer.step is CaseStep.UPHELD and stored.case.kind is CaseKind.ADJUDICATION
    if answer.step is CaseStep.DECIDED or is_decided_anew:
        verdict, reason = check_decision(answer.verdict, answer.reason)
        return replace(event, reason=reason.value, verdict=verdict)
    return event
