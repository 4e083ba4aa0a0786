"""Rows of releases that labs report, and what the projects decided; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.releasing.reports import ReportDecision, ReportKind
from evalhub.db.models.base import UtcDateTime, vocabulary


class RowReport(SQLModel, table=True):
    """One report of one row; ``number`` counts the reports of its project.

    A database trigger refuses updates and deletes: what a lab said of a row is evidence.
    """

    __tablename__ = "row_report"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "number"),
        # How much somebody reported lately is counted before each report is taken.
        sa.Index(None, "person_id", "created_at"),
    )

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT", index=True)
    number: int
    # The id that releases give the pair: a hash of content, which no row of ours holds.
    pair_id: str = Field(max_length=64)
    prompt_key: str = Field(max_length=200)
    kind: ReportKind = Field(sa_type=vocabulary(ReportKind))
    text: str = Field(sa_type=sa.Text)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    api_key_id: int | None = Field(default=None, foreign_key="api_key.id", ondelete="RESTRICT")
    created_at: datetime = Field(sa_type=UtcDateTime)


class RowReportAnswer(SQLModel, table=True):
    """One decision about a report; the one with the highest ``revision`` is in force.

    A database trigger refuses updates and deletes: a later decision stands beside the earlier.
    """

    __tablename__ = "row_report_answer"
    # Two researchers who answer at once must not both write the next one.
    __table_args__ = (sa.UniqueConstraint("report_id", "revision"),)

    id: int = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="row_report.id", ondelete="RESTRICT")
    revision: int
    decision: ReportDecision = Field(sa_type=vocabulary(ReportDecision))
    reason: str = Field(sa_type=sa.Text)
    answered_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    answered_at: datetime = Field(sa_type=UtcDateTime)
