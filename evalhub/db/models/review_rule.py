"""What a project looks at again, and how far it was looked through."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ReviewRule(SQLModel, table=True):
    """The share of a project's judgments that is drawn for review; the newest is in force.

    A database trigger refuses updates and deletes.
    """

    __tablename__ = "review_rule"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "number"),
        sa.CheckConstraint("sample_share BETWEEN 0 AND 1", name="share_range"),
    )

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    number: int
    sample_share: float
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class ReviewLook(SQLModel, table=True):
    """Up to which moment a project's judgments were looked through; changed with each look."""

    __tablename__ = "review_look"

    project_id: int = Field(primary_key=True, foreign_key="project.id", ondelete="RESTRICT")
    looked_until: datetime = Field(sa_type=UtcDateTime)
