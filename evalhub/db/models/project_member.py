"""Who works on a project, and as what."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.core.people import Role
from evalhub.db.models.base import UtcDateTime, vocabulary


class ProjectMember(SQLModel, table=True):
    """One person in one role on one project."""

    __tablename__ = "project_member"

    project_id: int = Field(primary_key=True, foreign_key="project.id", ondelete="RESTRICT")
    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="RESTRICT")
    role: Role = Field(sa_type=vocabulary(Role), primary_key=True)
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
