"""Check a project's judgments, and let people answer what the checks found."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.people import Actor, Role
from evalhub.core.reviewing.alerts import AlertOutcome, alert_key
from evalhub.core.scoring.annotators.checks import findings_of
from evalhub.db.models import Person, Project, QualityAlert, QualityAnswer
from evalhub.errors import Conflict, Forbidden, NotFound
from evalhub.services import audit
from evalhub.services.judging.cases import checked_words
from evalhub.services.judging.current import current_judgments
from evalhub.services.locks import lock

ANSWERERS = (Role.REVIEWER, Role.COORDINATOR, Role.ADMIN)
NAME_READERS = (Role.COORDINATOR, Role.ADMIN)
"""Who learns whose judgments an alert is about: those who can talk to the person."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """Hold an alert with its answer; ``who`` is a name for who may learn it, else an opaque id."""

    alert: QualityAlert
    who: str
    answer: QualityAnswer | None


def check_project(project: Project, *, session: Session, now: datetime) -> int:
    """Keep what the checks find in a project's judgments in force; return how much is new."""
    lock(f"checks of {project.id}", session=session)
    records = current_judgments(project.id, session=session)
    people = [record for record in records if record.annotator_kind is AnnotatorKind.HUMAN]
    found = findings_of(people)
    ids = {one.annotator for one in found}
    rows = session.exec(select(Person).where(col(Person.public_id).in_(ids)))
    person_ids = {row.public_id: row.id for row in rows}
    known = set(session.exec(select(QualityAlert.key).where(QualityAlert.project_id == project.id)))
    new = {alert_key(project.id, person_ids[one.annotator], one.check, one.n): one for one in found}
    session.add_all(
        QualityAlert(
            key=key,
            project_id=project.id,
            person_id=person_ids[one.annotator],
            kind=one.check,
            n=one.n,
            value=one.value,
            expected=one.expected,
            statistic=one.statistic,
            p=one.p,
            q=one.q,
            n_tests=one.n_tests,
            found_at=now,
        )
        for key, one in new.items()
        if key not in known
    )
    session.flush()
    return len(new.keys() - known)


def project_alerts(project: Project, *, actor: Actor, session: Session) -> list[AlertView]:
    """Return a project's alerts, those that wait for an answer first; never ranked by person."""
    alerts = session.exec(select(QualityAlert).where(QualityAlert.project_id == project.id)).all()
    ids = [one.id for one in alerts]
    answers = {
        row.alert_id: row
        for row in session.exec(select(QualityAnswer).where(col(QualityAnswer.alert_id).in_(ids)))
    }
    people = select(Person).where(col(Person.id).in_({one.person_id for one in alerts}))
    may_name = actor.has(*NAME_READERS)
    names = {row.id: row.name if may_name else row.public_id[:8] for row in session.exec(people)}
    views = [AlertView(one, names[one.person_id], answers.get(one.id)) for one in alerts]
    return sorted(views, key=lambda view: (view.answer is not None, -view.alert.id))


def answer_alert(
    project: Project,
    alert_id: int,
    outcome: AlertOutcome,
    *,
    words: str,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    """Say what a person made of an alert, once; nothing else follows from it.

    Raise ``NotFound``, ``Forbidden`` for who may not and for whom it is about, ``Conflict`` for
    one that is answered, and ``BadInput`` without words.
    """
    lock(f"alert {alert_id}", session=session)
    alert = session.get(QualityAlert, alert_id)
    if alert is None or alert.project_id != project.id:
        raise NotFound("There is no such alert in this project.")
    if actor.person_id is None or not actor.has(*ANSWERERS):
        raise Forbidden("An alert is answered by a reviewer or a coordinator, with their name.")
    if actor.person_id == alert.person_id:
        raise Forbidden("An alert about your own judgments is answered by somebody else.")
    if session.exec(select(QualityAnswer).where(QualityAnswer.alert_id == alert_id)).first():
        raise Conflict("The alert is answered.")
    row = QualityAnswer(
        alert_id=alert_id,
        outcome=outcome,
        words=checked_words(words),
        answered_at=now,
        answered_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        "alert.answer",
        session=session,
        actor=actor,
        subject=f"alert:{alert_id}",
        details={"outcome": outcome.value},
        now=now,
    )
