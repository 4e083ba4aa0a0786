"""Experts taken off projects, and what was said of it; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.removals import RemovalStep
from evalhub.db.models.base import UtcDateTime, vocabulary


class ProjectRemoval(SQLModel, table=True):
    """That somebody was taken off a project as an expert, why and by whom.

    ``removed_by`` is None for a command.
    """

    __tablename__ = "project_removal"
    # Asked whenever somebody joins a project.
    __table_args__ = (sa.Index(None, "project_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    reason: str = Field(sa_type=sa.Text)
    removed_at: datetime = Field(sa_type=UtcDateTime)
    removed_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class ProjectRemovalStep(SQLModel, table=True):
    """One step of a removal: an objection, its answer, an appeal, or that it was lifted."""

    __tablename__ = "project_removal_step"
    # Two people who answer at once must not both decide.
    __table_args__ = (sa.UniqueConstraint("project_removal_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    project_removal_id: int = Field(foreign_key="project_removal.id", ondelete="RESTRICT")
    number: int
    step: RemovalStep = Field(sa_type=vocabulary(RemovalStep))
    words: str = Field(sa_type=sa.Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
