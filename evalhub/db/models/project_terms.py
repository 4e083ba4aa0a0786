"""The terms of projects as they were changed after the set-up; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.pay.tiers import PayTier
from evalhub.db.models.base import UtcDateTime, vocabulary


class ProjectTerms(SQLModel, table=True):
    """One set of terms; the set-up is number 0 and is written down with the first change.

    A database trigger refuses updates and deletes: an assignment names the terms it was claimed
    on, which must stay what they were.
    """

    __tablename__ = "project_terms"
    __table_args__ = (sa.UniqueConstraint("project_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    number: int
    pay_tier: PayTier = Field(sa_type=vocabulary(PayTier))
    pay_minor_units: int
    pay_currency: str = Field(max_length=3)
    expected_minutes: int
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT")
    terms: str = Field(sa_type=sa.Text)
    reason: str = Field(sa_type=sa.Text)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
