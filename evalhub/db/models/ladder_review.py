"""Decisions about levels that were made with the evidence at hand; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.qualifying.levels import LadderOutcome
from evalhub.db.models.base import UtcDateTime, vocabulary


class LadderReview(SQLModel, table=True):
    """One look at somebody's level in a domain: what was decided, why, and on what figures.

    ``evidence`` is what the page showed, as canonical JSON: figures move on, decisions do not.
    """

    __tablename__ = "ladder_review"
    __table_args__ = (
        sa.Index(None, "person_id", "domain"),
        sa.CheckConstraint("level_before BETWEEN 0 AND 5", name="level_before_range"),
        sa.CheckConstraint("level_after BETWEEN 0 AND 5", name="level_after_range"),
    )

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    domain: str = Field(max_length=64)
    outcome: LadderOutcome = Field(sa_type=vocabulary(LadderOutcome))
    level_before: int
    level_after: int
    reason: str = Field(sa_type=sa.Text)
    evidence: str = Field(sa_type=sa.Text)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
