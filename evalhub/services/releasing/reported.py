"""Read what was reported of the rows of releases, for pages, programs and the next build."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from evalhub.core.releasing.reports import AnsweredReport, ReportDecision, ReportKind
from evalhub.db.models import Person, Project, Release, RowReport, RowReportAnswer
from evalhub.errors import NotFound
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of


class ReportState(StrEnum):
    """Say which reports are wanted."""

    OPEN = "open"
    """Nobody has decided about it."""
    ANSWERED = "answered"
    """There is a decision with its reason."""
    ALL = "all"
    """Whatever was reported."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Hold one decision about a report as people read it; ``by`` is who decided."""

    revision: int
    decision: ReportDecision
    reason: str
    by: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Hold one report with every decision about it, the one in force last."""

    number: int
    project: str
    version: str
    pair_id: str
    prompt_key: str
    kind: ReportKind
    text: str
    reporter: str
    created_at: datetime
    answers: tuple[GivenAnswer, ...]

    @property
    def answer(self) -> GivenAnswer | None:
        """Return the decision in force, None while the report is open."""
        return self.answers[-1] if self.answers else None


def list_own_reports(release_id: int, *, session: Session, person_id: int) -> list[ReportLine]:
    """Return what a person reported of one release, the newest first.

    What others reported is not in it: labs are not told of each other.
    """
    query = _query().where(
        col(RowReport.release_id) == release_id, col(RowReport.person_id) == person_id
    )
    return _lines(query.order_by(col(RowReport.number).desc()), session)


def list_project_reports(
    project_id: int, *, session: Session, state: ReportState = ReportState.ALL, page: int = 1
) -> Listing[ReportLine]:
    """Return a page of a project's reports, the oldest open ones first, then the newest."""
    is_answered = _is_answered()
    query = _query().where(col(RowReport.project_id) == project_id)
    if state is ReportState.OPEN:
        query = query.where(~is_answered)
    elif state is ReportState.ANSWERED:
        query = query.where(is_answered)
    n_found = count_rows(query, session=session)
    # Whoever reported first has waited longest; what is answered is looked up and not worked off.
    place = sa.case((is_answered, -col(RowReport.number)), else_=col(RowReport.number))
    ordered = query.order_by(sa.case((is_answered, 1), else_=0), place)
    lines = _lines(ordered.limit(PAGE_SIZE).offset(offset_of(page)), session)
    return Listing(lines, page, n_found)


def count_open(project_id: int, *, session: Session) -> int:
    """Return how many reports of a project wait for a decision."""
    query = select(RowReport.id).where(RowReport.project_id == project_id, ~_is_answered())
    return count_rows(query, session=session)


def get_report(project_id: int, number: int, *, session: Session) -> RowReport:
    """Return one report of a project; raise ``NotFound``."""
    query = select(RowReport).where(RowReport.project_id == project_id, RowReport.number == number)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(f"This project has no report {number}.")
    return found


def read_line(report_id: int, *, session: Session) -> ReportLine:
    """Return one report as people read it."""
    return _lines(_query().where(col(RowReport.id) == report_id), session)[0]


def answered_reports(project_id: int, *, session: Session) -> tuple[AnsweredReport, ...]:
    """Return every report of a project that is answered, with the decision in force, by number."""
    later = aliased(RowReportAnswer)
    query = (
        sa.select(RowReport, RowReportAnswer, col(Release.version))
        .join(RowReportAnswer, col(RowReportAnswer.report_id) == col(RowReport.id))
        .join(Release, col(Release.id) == col(RowReport.release_id))
        .where(
            col(RowReport.project_id) == project_id,
            ~sa.exists().where(
                col(later.report_id) == col(RowReport.id),
                col(later.revision) > col(RowReportAnswer.revision),
            ),
        )
        .order_by(col(RowReport.number))
    )
    return tuple(
        AnsweredReport(
            report.number,
            version,
            report.pair_id,
            report.kind,
            answer.decision,
            answer.reason,
            answer.revision,
        )
        for report, answer, version in session.execute(query)
    )


def _is_answered() -> sa.ColumnElement[bool]:
    return sa.exists().where(col(RowReportAnswer.report_id) == col(RowReport.id))


def _query() -> sa.Select[RowReport, str, str, str]:
    return (
        sa.select(RowReport, col(Project.slug), col(Release.version), col(Person.name))
        .join(Project, col(Project.id) == col(RowReport.project_id))
        .join(Release, col(Release.id) == col(RowReport.release_id))
        .join(Person, col(Person.id) == col(RowReport.person_id))
    )


def _lines(query: sa.Select[RowReport, str, str, str], session: Session) -> list[ReportLine]:
    rows = session.execute(query).all()
    answers = _answers([report.id for report, *_ in rows], session)
    return [
        ReportLine(
            number=report.number,
            project=slug,
            version=version,
            pair_id=report.pair_id,
            prompt_key=report.prompt_key,
            kind=report.kind,
            text=report.text,
            reporter=reporter,
            created_at=report.created_at,
            answers=tuple(answers[report.id]),
        )
        for report, slug, version, reporter in rows
    ]


def _answers(report_ids: Sequence[int], session: Session) -> dict[int, list[GivenAnswer]]:
    query = (
        sa.select(RowReportAnswer, col(Person.name))
        .outerjoin(Person, col(Person.id) == col(RowReportAnswer.answered_by))
        .where(col(RowReportAnswer.report_id).in_(report_ids))
        .order_by(col(RowReportAnswer.revision))
    )
    found: dict[int, list[GivenAnswer]] = {report_id: [] for report_id in report_ids}
    for row, name in session.execute(query):
        given = GivenAnswer(
            row.revision, row.decision, row.reason, name or "command line", row.answered_at
        )
        found[row.report_id].append(given)
    return found
