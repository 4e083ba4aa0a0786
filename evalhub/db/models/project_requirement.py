"""What projects ask of those who judge in them; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ProjectRequirement(SQLModel, table=True):
    """One version; the one with the highest ``number`` is in force, and without any all are let in.

    ``document`` is the requirement as canonical JSON. A database trigger refuses updates and
    deletes: earlier versions tell who was let in on a given day.
    """

    __tablename__ = "project_requirement"
    # Two people who change it at once must not both write the next one.
    __table_args__ = (sa.UniqueConstraint("project_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    number: int
    document: str = Field(sa_type=sa.Text)
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
