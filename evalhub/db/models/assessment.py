"""Assessments and the keys they are graded by; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Assessment(SQLModel, table=True):
    """One version of the assessment of a domain; the one with the highest ``number`` is in force.

    ``document`` holds its items as canonical JSON and no key: whatever is drawn for somebody who
    is being assessed is made from it alone.
    """

    __table_args__ = (sa.UniqueConstraint("domain", "number"),)

    id: int = Field(default=None, primary_key=True)
    domain: str = Field(max_length=64)
    number: int
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT")
    document: str = Field(sa_type=sa.Text)
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class AssessmentKey(SQLModel, table=True):
    """One version of the key of one item; the highest ``number`` grades, old attempts as well.

    ``accepts`` is a JSON list of preferences.
    """

    __tablename__ = "assessment_key"
    # Two people who mend a key at once must not both write the next one.
    __table_args__ = (sa.UniqueConstraint("assessment_id", "position", "number"),)

    id: int = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", ondelete="RESTRICT")
    position: int
    number: int
    accepts: str = Field(max_length=80)
    reason: str = Field(sa_type=sa.Text)
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
