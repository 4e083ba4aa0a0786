"""Cases: judgments and pairs that a person looks at again, and what was said; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep, Trigger, Verdict
from evalhub.db.models.base import UtcDateTime, vocabulary


class ReviewCase(SQLModel, table=True):
    """One case; ``key`` names what it is about, so that no look opens it twice.

    ``assignment_id`` is that of the one judgment or report it is about; a conflict is about the
    pair and has none. A database trigger refuses updates and deletes.
    """

    __tablename__ = "review_case"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=80, unique=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT", index=True)
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT", index=True)
    assignment_id: int | None = Field(
        default=None, foreign_key="assignment.id", ondelete="RESTRICT", index=True
    )
    kind: CaseKind = Field(sa_type=vocabulary(CaseKind))
    trigger: Trigger = Field(sa_type=vocabulary(Trigger))
    opened_at: datetime = Field(sa_type=UtcDateTime)


class ReviewExpert(SQLModel, table=True):
    """One expert whose judgment a case concerns, under the number that stands for their name.

    Kept and not looked up: who judges the pair later has no part in a talk that began without
    them. A database trigger refuses updates and deletes.
    """

    __tablename__ = "review_expert"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "number"),
        # Finds the cases of one person.
        sa.Index(None, "person_id", "case_id", unique=True),
    )

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="review_case.id", ondelete="RESTRICT")
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    number: int


class ReviewStep(SQLModel, table=True):
    """One step of a case. A database trigger refuses updates and deletes.

    ``minutes`` are what writing an appeal took its author.
    """

    __tablename__ = "review_step"
    # Two people who answer at once must not both decide.
    __table_args__ = (
        sa.UniqueConstraint("case_id", "number"),
        sa.CheckConstraint("minutes BETWEEN 0 AND 120", name="minutes_range"),
    )

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="review_case.id", ondelete="RESTRICT")
    number: int
    step: CaseStep = Field(sa_type=vocabulary(CaseStep))
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    reason: str = Field(default="", max_length=40)
    verdict: Verdict | None = Field(default=None, sa_type=vocabulary(Verdict))
    words: str = Field(default="", sa_type=sa.Text)
    minutes: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)
