"""What checks found of people's judgments, and what a person made of it; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.reviewing.alerts import AlertOutcome, CheckKind
from evalhub.db.models.base import UtcDateTime, vocabulary


class QualityAlert(SQLModel, table=True):
    """One significant test, as it was computed then. A database trigger refuses changes.

    ``person_id`` is null where it is about a whole project.
    """

    __tablename__ = "quality_alert"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=120, unique=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT", index=True)
    person_id: int | None = Field(
        default=None, foreign_key="person.id", ondelete="RESTRICT", index=True
    )
    kind: CheckKind = Field(sa_type=vocabulary(CheckKind))
    n: int
    value: float
    expected: float
    statistic: float
    p: float
    q: float
    n_tests: int
    found_at: datetime = Field(sa_type=UtcDateTime)


class QualityAnswer(SQLModel, table=True):
    """What a person made of an alert, once. A database trigger refuses updates and deletes."""

    __tablename__ = "quality_answer"
    # Two people who answer at once must not both have the last word.
    __table_args__ = (sa.UniqueConstraint("alert_id"),)

    id: int = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="quality_alert.id", ondelete="RESTRICT")
    outcome: AlertOutcome = Field(sa_type=vocabulary(AlertOutcome))
    words: str = Field(sa_type=sa.Text)
    answered_at: datetime = Field(sa_type=UtcDateTime)
    answered_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
