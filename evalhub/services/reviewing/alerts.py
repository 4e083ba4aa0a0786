"""Check a project's judgments, and let people answer what the checks found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.free_words import checked_words
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.people import Actor, Role
from evalhub.core.reviewing.alerts import AlertOutcome, CheckKind, alert_key
from evalhub.core.reviewing.cases import MAX_WORDS
from evalhub.core.scoring.annotators.checks import Finding, findings_of
from evalhub.core.scoring.annotators.drift import drift_of
from evalhub.db.models import Person, Project, QualityAlert, QualityAnswer
from evalhub.errors import Conflict, Forbidden, NotFound
from evalhub.services import audit
from evalhub.services.judging.current import current_judgments
from evalhub.services.locks import lock
from evalhub.services.pairing.known import project_controls

ANSWERERS = (Role.REVIEWER, Role.COORDINATOR, Role.ADMIN)
NAME_READERS = (Role.COORDINATOR, Role.ADMIN)
"""Who learns whose judgments an alert is about: those who can talk to the person."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """Hold an alert with its answer.

    ``who`` is a name for who may learn it, else an opaque id; empty where it is about the project.
    """

    alert: QualityAlert
    who: str
    answer: QualityAnswer | None


def check_project(project: Project, *, session: Session, now: datetime) -> int:
    """Keep what the checks find in a project's judgments in force; return how much is new."""
    lock(f"checks of {project.id}", session=session)
    records = current_judgments(project.id, session=session, purposes=tuple(Purpose))
    people = [record for record in records if record.annotator_kind is AnnotatorKind.HUMAN]
    anchors = [record for record in people if record.purpose is Purpose.ANCHOR]
    told = [record for record in people if record.purpose is not Purpose.ANCHOR]
    found = findings_of(told, controls=project_controls(project, session=session))
    ids = {one.annotator for one in found}
    rows = session.exec(select(Person).where(col(Person.public_id).in_(ids)))
    person_ids = {row.public_id: row.id for row in rows}
    known = set(session.exec(select(QualityAlert.key).where(QualityAlert.project_id == project.id)))
    wanted = [
        *(_of_person(project, person_ids[one.annotator], one, now) for one in found),
        *_of_periods(project, anchors, now),
    ]
    new = [alert for alert in wanted if alert.key not in known]
    session.add_all(new)
    session.flush()
    return len(new)


def _of_person(project: Project, person_id: int, found: Finding, now: datetime) -> QualityAlert:
    return QualityAlert(
        key=alert_key(project.id, person_id, found.check, found.n),
        project_id=project.id,
        person_id=person_id,
        kind=found.check,
        n=found.n,
        value=found.value,
        expected=found.expected,
        statistic=found.statistic,
        p=found.p,
        q=found.q,
        n_tests=found.n_tests,
        found_at=now,
    )


def _of_periods(
    project: Project, anchors: Sequence[JudgmentRecord], now: datetime
) -> Iterator[QualityAlert]:
    """Yield an alert for each period in which the anchors are answered otherwise than at first."""
    for one in drift_of(anchors, since=project.created_at):
        if one.test is not None and one.is_drop:
            yield QualityAlert(
                key=alert_key(project.id, f"period-{one.period}", CheckKind.DRIFT, one.agreement.n),
                project_id=project.id,
                kind=CheckKind.DRIFT,
                n=one.agreement.n,
                value=one.test.value,
                expected=one.test.expected,
                statistic=one.test.z,
                p=one.test.p,
                q=one.test.q,
                n_tests=one.test.n_tests,
                found_at=now,
            )


def project_alerts(project: Project, *, actor: Actor, session: Session) -> list[AlertView]:
    """Return a project's alerts, those that wait for an answer first; never ranked by person."""
    alerts = session.exec(select(QualityAlert).where(QualityAlert.project_id == project.id)).all()
    ids = [one.id for one in alerts]
    answers = {
        row.alert_id: row
        for row in session.exec(select(QualityAnswer).where(col(QualityAnswer.alert_id).in_(ids)))
    }
    about = {one.person_id for one in alerts if one.person_id is not None}
    people = select(Person).where(col(Person.id).in_(about))
    may_name = actor.has(*NAME_READERS)
    names = {row.id: row.name if may_name else row.public_id[:8] for row in session.exec(people)}
    views = [AlertView(one, _who(one, names), answers.get(one.id)) for one in alerts]
    return sorted(views, key=lambda view: (view.answer is not None, -view.alert.id))


def _who(alert: QualityAlert, names: Mapping[int, str]) -> str:
    return "" if alert.person_id is None else names[alert.person_id]


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
        words=checked_words(words, most=MAX_WORDS, where="words"),
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
