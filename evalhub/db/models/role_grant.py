"""Roles that people hold."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.core.people import Role
from evalhub.db.models.base import UtcDateTime, vocabulary


class RoleGrant(SQLModel, table=True):
    """One role held by one person."""

    __tablename__ = "role_grant"

    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="RESTRICT")
    role: Role = Field(sa_type=vocabulary(Role), primary_key=True)
    granted_at: datetime = Field(sa_type=UtcDateTime)
    granted_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
