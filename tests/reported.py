"""Reports of rows for tests; a test names only what matters to it."""

from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.people import Actor, Role
from evalhub.core.releasing.reports import Answer, ReportDecision, ReportKind, RowReport
from evalhub.db.models import Person, Project, Release
from evalhub.services.releasing.answering import answer_report
from evalhub.services.releasing.kept import KeptRelease
from evalhub.services.releasing.reporting import FiledReport, file_report
from tests.factories import make_person

TEXT = "The chosen answer is cut."


def actor_for(person: Person, *roles: Role) -> Actor:
    """Return ``person`` as who acts."""
    return Actor(person.id, person.name, frozenset(roles))


def make_report(
    session: Session,
    *,
    now: datetime,
    person: Person | None = None,
    pair_id: str = "a" * 32,
    kind: ReportKind = ReportKind.WRONG_TEXT,
    text: str = TEXT,
    version: str = "1.0.0",
) -> FiledReport:
    """File a report of a row of the project's release ``version``."""
    row = session.exec(select(Release).where(Release.version == version)).first()
    assert row is not None
    project = session.get_one(Project, row.project_id)
    person = person or make_person(session, Role.LAB, name="Lab")
    release = KeptRelease(
        id=row.id,
        project=project.slug,
        version=row.version,
        title=row.title,
        n_pairs=row.n_pairs,
        n_judgments=row.n_judgments,
        is_simulated=row.is_simulated,
        created_at=row.created_at,
    )
    return file_report(
        release,
        RowReport(pair_id, kind, text),
        prompt_key="p0",
        session=session,
        actor=actor_for(person, Role.LAB),
        now=now,
    )


def decide(
    session: Session,
    number: int = 1,
    *,
    now: datetime,
    decision: ReportDecision = ReportDecision.LEFT_OUT,
    reason: str = "It is cut.",
    seen: int = 0,
) -> None:
    """Answer a report of the tiny project as a researcher."""
    researcher = make_person(session, Role.RESEARCHER, name="Rita")
    answer_report(
        "tiny",
        number,
        Answer(decision, reason),
        seen=seen,
        session=session,
        actor=actor_for(researcher, Role.RESEARCHER),
        now=now,
    )
