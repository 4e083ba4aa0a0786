"""Let the experts of a case stand by a judgment, and appeal a return or a decision."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.free_words import checked_words
from evalhub.core.people import Actor
from evalhub.core.reviewing.cases import MAX_WORDS, CaseEvent, check_step, is_told
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.errors import NotFound
from evalhub.services.judging.cases import (
    NO_CASE,
    append_step,
    checked_minutes,
    get_case,
)
from evalhub.services.judging.rework import book_looking_again


def keep(
    case_id: int, *, words: str, minutes: int, actor: Actor, session: Session, now: datetime
) -> None:
    """Stand by one's judgment, with a reason that the others and the adjudicator read.

    Raise ``NotFound`` for a case that is not the actor's, ``Conflict`` where they are not asked,
    ``BadInput`` without a reason.
    """
    _say(
        case_id,
        CaseStep.KEPT,
        words=words,
        minutes=minutes,
        actor=actor,
        session=session,
        now=now,
    )


def appeal(
    case_id: int, *, words: str, minutes: int, actor: Actor, session: Session, now: datetime
) -> None:
    """Ask somebody else to look at a return or a decision, once a case; raise as ``keep`` does.

    The time that it took is booked when the appeal is answered.
    """
    _say(
        case_id,
        CaseStep.APPEALED,
        words=words,
        minutes=minutes,
        actor=actor,
        session=session,
        now=now,
    )


def _say(
    case_id: int,
    step: CaseStep,
    *,
    words: str,
    minutes: int,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    stored = get_case(case_id, session=session, is_held=True)
    # The same words as for a case that is not there: nobody learns whose judgments are looked at.
    if not is_told(stored.case, actor.person_id):
        raise NotFound(NO_CASE)
    person_id = check_step(stored.case, step, actor, now)
    text = checked_words(words, most=MAX_WORDS, where="words")
    event = CaseEvent(step, person_id, now, text)
    took = checked_minutes(minutes)
    stored = append_step(stored, event, actor=actor, session=session, minutes=took)
    if step is CaseStep.KEPT:
        book_looking_again(stored, person_id, seconds=took * 60, session=session, now=now)
