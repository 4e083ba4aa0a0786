"""Mend keys of assessments: a new version grades every attempt, and what it changed is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.people import Actor
from evalhub.core.qualifying.assessments import AttemptEventKind, Share
from evalhub.core.qualifying.contests import Regrade, regrade_of
from evalhub.core.qualifying.items import Key, check_key
from evalhub.db.models import Assessment as AssessmentRow
from evalhub.db.models import AssessmentKey, Attempt, AttemptEvent
from evalhub.db.models import Regrade as RegradeRow
from evalhub.errors import BadInput, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.assessing import add_key, get_assessment, keys_of
from evalhub.services.qualifying.attempts import ended_attempts
from evalhub.services.qualifying.deciding import QUALIFIERS


@dataclass(frozen=True, slots=True)
class OwnRegrade:
    """Hold what a mended key made of one's attempt: which item, when, why, before and after."""

    position: int
    reason: str
    regraded_at: datetime
    regrade: Regrade


def mend_key(
    assessment_id: int, position: int, key: Key, *, session: Session, actor: Actor, now: datetime
) -> int:
    """Append a version of the key of an item, grade every attempt anew, and return its row.

    Grades are computed when they are read; what the key made of each attempt that had ended is
    kept beside it, so that everybody it touches can be told what their result was before. Raise
    ``BadInput`` for a broken key, ``NotFound`` for an item that is none, ``Forbidden`` also for
    who sat the assessment: the key would grade them too.
    """
    if not actor.has(*QUALIFIERS):
        raise Forbidden(Sentence("Keys are mended by coordinators and admins."))
    check_has_not_sat(assessment_id, session=session, actor=actor)
    problems = check_key(key)
    if problems:
        raise BadInput(problems)
    lock(f"keys of assessment {assessment_id}", session=session)
    numbers = session.exec(
        select(AssessmentKey.number)
        .where(AssessmentKey.assessment_id == assessment_id, AssessmentKey.position == position)
        .order_by(col(AssessmentKey.number))
    ).all()
    if not numbers:
        raise NotFound(Sentence("There is no such item."))
    number = numbers[-1] + 1
    before = keys_of(assessment_id, session=session)
    row = add_key(assessment_id, position, number, key, session=session, actor=actor, now=now)
    n_changed = _regrade(row, {**before, position: key}, before, session=session, now=now)
    audit.record(
        "assessment.mend_key",
        session=session,
        actor=actor,
        subject=f"assessment:{session.get_one(AssessmentRow, assessment_id).domain}",
        details={
            "item": position + 1,
            "number": number,
            "reason": key.reason,
            "n_results_changed": n_changed,
        },
        now=now,
    )
    return row.id


def check_has_not_sat(assessment_id: int, *, session: Session, actor: Actor) -> None:
    """Raise ``Forbidden`` where the actor has sat this version: nobody decides about themselves.

    What is right would be what they had answered.
    """
    if has_sat(assessment_id, session=session, actor=actor):
        raise Forbidden(
            Sentence("You sat this assessment yourself; somebody else decides about its keys.")
        )


def has_sat(assessment_id: int, *, session: Session, actor: Actor) -> bool:
    """Tell whether the actor has an attempt at this version that is not set aside."""
    aside = select(AttemptEvent.attempt_id).where(AttemptEvent.kind == AttemptEventKind.RESET)
    query = select(Attempt.id).where(
        Attempt.assessment_id == assessment_id,
        Attempt.person_id == actor.person_id,
        col(Attempt.id).not_in(aside),
    )
    return session.exec(query).first() is not None


def regrades_of(attempt_id: int, *, session: Session) -> list[OwnRegrade]:
    """Return what mended keys made of an attempt, the first first."""
    rows = session.exec(
        select(RegradeRow, AssessmentKey)
        .join(AssessmentKey, col(AssessmentKey.id) == col(RegradeRow.assessment_key_id))
        .where(RegradeRow.attempt_id == attempt_id)
        .order_by(col(RegradeRow.id))
    )
    return [
        OwnRegrade(
            position=key.position,
            reason=key.reason,
            regraded_at=row.regraded_at,
            regrade=Regrade(
                Share(row.n_right_before, row.n_items),
                Share(row.n_right_after, row.n_items),
                row.was_passed,
                row.is_passed,
            ),
        )
        for row, key in rows
    ]


def _regrade(
    row: AssessmentKey,
    after: dict[int, Key],
    before: dict[int, Key],
    *,
    session: Session,
    now: datetime,
) -> int:
    """Keep what the key in ``row`` made of each attempt that ended; return how many it changed."""
    published = get_assessment(row.assessment_id, session=session)
    n_changed = 0
    for attempt in ended_attempts(published, session=session, now=now):
        found = regrade_of(published.assessment, attempt.answers, before=before, after=after)
        n_changed += found.is_changed
        session.add(
            RegradeRow(
                attempt_id=attempt.id,
                assessment_key_id=row.id,
                n_right_before=found.before.n_right,
                n_right_after=found.after.n_right,
                n_items=found.after.n,
                was_passed=found.was_passed,
                is_passed=found.is_passed,
                regraded_at=now,
            )
        )
    session.flush()
    return n_changed
