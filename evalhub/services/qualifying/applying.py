"""Take applications for a domain, and keep what people decide about them.

The way is: a domain is opened by a person, somebody applies, takes the assessment where there is
one, a person decides with a reason, the expert answers about consent and chooses projects. Every
step off it is refused by name; what the database keeps unique stands behind each look.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.applications import (
    NEXT_DECISIONS,
    Application,
    ApplicationDecision,
    check_application,
)
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db.models import Application as ApplicationRow
from evalhub.db.models import ApplicationDecision as DecisionRow
from evalhub.db.models import Person, RoleGrant
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.assessing import find_assessment
from evalhub.services.qualifying.attempts import (
    ENDED,
    StandingAttempt,
    book_time,
    find_attempt,
    grade_of,
    start_attempt,
)
from evalhub.services.qualifying.calls import get_call
from evalhub.services.qualifying.deciding import decider_of


@dataclass(frozen=True, slots=True)
class DecidedApplication:
    """Hold one decision about an application."""

    decision: ApplicationDecision
    reason: str
    n_right: int | None
    n_items: int | None
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class StandingApplication:
    """Hold an application with its person, the latest attempt and every decision."""

    id: int
    public_id: str
    person_id: int
    person_name: str
    person_public_id: str
    domain: str
    application: Application
    applied_at: datetime
    attempt: StandingAttempt | None
    needs_assessment: bool
    decisions: tuple[DecidedApplication, ...]

    @property
    def decision(self) -> ApplicationDecision | None:
        """Return the decision in force."""
        return self.decisions[-1].decision if self.decisions else None

    @property
    def is_assessed(self) -> bool:
        """Tell whether the assessment is over, or there is none."""
        return not self.needs_assessment or (
            self.attempt is not None and self.attempt.state in ENDED
        )


def apply_for(
    person_id: int,
    domain: str,
    application: Application,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> str:
    """Keep a person's application for a domain and return its public id.

    Raise ``NotFound`` for a domain that never took any, ``Forbidden`` where it takes none now,
    ``Conflict`` for a second one and ``BadInput``.
    """
    if not get_call(domain, session=session).is_open:
        raise Forbidden(Sentence("This field takes no applications now."))
    problems = list(check_application(application))
    if problems:
        raise BadInput(problems)
    lock(f"application of {person_id} for {domain}", session=session)
    if _find_row(person_id, domain, session) is not None:
        raise Conflict(Sentence("You have applied for this field already."))
    row = ApplicationRow(
        public_id=secrets.token_hex(8),
        person_id=person_id,
        domain=domain,
        background=plain_words(application.background),
        week_hours=application.week_hours,
        applied_at=now,
    )
    session.add(row)
    session.flush()
    _record("application.apply", row, {}, session=session, actor=actor, now=now)
    return row.public_id


def begin_assessment(
    person_id: int, domain: str, *, session: Session, actor: Actor, now: datetime
) -> StandingAttempt:
    """Start the assessment of a domain for which a person has applied.

    Raise ``Forbidden`` for another domain than theirs, ``Conflict`` once it was decided or for a
    second attempt.
    """
    found = own_application(person_id, domain, session=session, now=now)
    if found.decision is not None:
        raise Conflict(Sentence("Your application for this field has been decided."))
    return start_attempt(person_id, domain, session=session, actor=actor, now=now)


def decide_application(
    public_id: str,
    decision: ApplicationDecision,
    *,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept or decline an application, with a reason that the person reads.

    Accepting makes the person an expert. Raise ``BadInput`` without a reason, ``Forbidden`` for who
    may not decide, ``NotFound``, and ``Conflict`` before the assessment is over or where the latest
    decision does not lead to this one.
    """
    row = session.exec(select(ApplicationRow).where(ApplicationRow.public_id == public_id)).first()
    if row is None:
        raise NotFound(Sentence("There is no such application."))
    by = decider_of(actor, about=row.person_id)
    if decision is ApplicationDecision.WITHDRAWN:
        raise Forbidden(Sentence("Only the applicant withdraws an application."))
    problems = check_reason(reason)
    if problems:
        raise BadInput(problems)
    _append(row, decision, plain_words(reason), by=by, session=session, actor=actor, now=now)
    if decision is ApplicationDecision.ACCEPTED:
        _make_expert(row.person_id, by=by, session=session, now=now)


def withdraw_application(
    person_id: int, domain: str, *, session: Session, actor: Actor, now: datetime
) -> None:
    """Take a person's own application back; raise ``NotFound`` or ``Conflict`` once decided."""
    row = _find_row(person_id, domain, session)
    if row is None:
        raise NotFound(Sentence("There is no such application."))
    decision = ApplicationDecision.WITHDRAWN
    _append(row, decision, "", by=person_id, session=session, actor=actor, now=now)


def find_application(
    person_id: int, domain: str, *, session: Session, now: datetime
) -> StandingApplication | None:
    """Return a person's application for a domain, or None."""
    row = _find_row(person_id, domain, session)
    return None if row is None else _standing(row, session=session, now=now)


def own_application(
    person_id: int, domain: str, *, session: Session, now: datetime
) -> StandingApplication:
    """Return a person's application for a domain.

    Raise ``NotFound`` for a domain that never took any, ``Forbidden`` for one that is not theirs.
    """
    get_call(domain, session=session)
    found = find_application(person_id, domain, session=session, now=now)
    if found is None:
        raise Forbidden(Sentence("You have not applied for this field."))
    return found


def get_application(public_id: str, *, session: Session, now: datetime) -> StandingApplication:
    """Return one application; raise ``NotFound``."""
    row = session.exec(select(ApplicationRow).where(ApplicationRow.public_id == public_id)).first()
    if row is None:
        raise NotFound(Sentence("There is no such application."))
    return _standing(row, session=session, now=now)


def list_applications(*, session: Session, now: datetime) -> list[StandingApplication]:
    """Return every application, those without a decision first and the oldest of them first."""
    rows = session.exec(select(ApplicationRow).order_by(col(ApplicationRow.id)))
    found = [_standing(row, session=session, now=now) for row in rows]
    return sorted(found, key=lambda one: one.decision is not None)


def applications_of(
    person_id: int, *, session: Session, now: datetime
) -> list[StandingApplication]:
    """Return the applications of one person, by domain."""
    query = select(ApplicationRow).where(ApplicationRow.person_id == person_id)
    rows = session.exec(query.order_by(col(ApplicationRow.domain)))
    return [_standing(row, session=session, now=now) for row in rows]


def _append(
    row: ApplicationRow,
    decision: ApplicationDecision,
    reason: str,
    *,
    by: int,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    # Held with the attempts: nobody starts an assessment while the application is being decided.
    lock(f"attempts of {row.person_id} in {row.domain}", session=session)
    lock(f"application of {row.person_id} for {row.domain}", session=session)
    standing = _standing(row, session=session, now=now)
    if decision not in NEXT_DECISIONS[standing.decision]:
        raise Conflict(
            Sentence(
                "The application is %(before)s, so it cannot be %(to)s.",
                before=Sentence(str(standing.decision)),
                to=Sentence(decision.value),
            )
        )
    if decision is ApplicationDecision.ACCEPTED and not standing.is_assessed:
        raise Conflict(Sentence("The assessment is not over, so nobody can be accepted yet."))
    attempt = standing.attempt
    reached = attempt and grade_of(attempt, session=session)
    if attempt is not None and attempt.state in ENDED:
        book_time(attempt, row.person_id, ended_at=attempt.ends_at, session=session, now=now)
    session.add(
        DecisionRow(
            application_id=row.id,
            number=len(standing.decisions) + 1,
            decision=decision,
            reason=reason,
            n_right=reached.total.n_right if reached else None,
            n_items=reached.total.n if reached else None,
            decided_at=now,
            decided_by=by,
        )
    )
    session.flush()
    name = f"application.{decision.value}"
    _record(name, row, {"reason": reason}, session=session, actor=actor, now=now)


def _make_expert(person_id: int, *, by: int, session: Session, now: datetime) -> None:
    if session.get(RoleGrant, (person_id, Role.ANNOTATOR)) is None:
        session.add(
            RoleGrant(person_id=person_id, role=Role.ANNOTATOR, granted_at=now, granted_by=by)
        )
        session.flush()


def _standing(row: ApplicationRow, *, session: Session, now: datetime) -> StandingApplication:
    person = session.get_one(Person, row.person_id)
    lines = session.exec(
        select(DecisionRow, Person.name)
        .join(Person, col(Person.id) == col(DecisionRow.decided_by))
        .where(DecisionRow.application_id == row.id)
        .order_by(col(DecisionRow.number))
    )
    return StandingApplication(
        id=row.id,
        public_id=row.public_id,
        person_id=row.person_id,
        person_name=person.name,
        person_public_id=person.public_id,
        domain=row.domain,
        application=Application(row.background, row.week_hours),
        applied_at=row.applied_at,
        attempt=find_attempt(row.person_id, row.domain, session=session, now=now),
        needs_assessment=find_assessment(row.domain, session=session) is not None,
        decisions=tuple(
            DecidedApplication(
                one.decision, one.reason, one.n_right, one.n_items, one.decided_at, name
            )
            for one, name in lines
        ),
    )


def _find_row(person_id: int, domain: str, session: Session) -> ApplicationRow | None:
    query = select(ApplicationRow).where(
        ApplicationRow.person_id == person_id, ApplicationRow.domain == domain
    )
    return session.exec(query).first()


def _record(
    action: str,
    row: ApplicationRow,
    details: dict[str, str],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, row.person_id)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={"domain": row.domain, "application": row.public_id, **details},
        now=now,
    )
