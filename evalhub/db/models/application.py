"""Applications of people for domains, the calls they answer and the decisions; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.qualifying.applications import ApplicationDecision as Decision
from evalhub.db.models.base import UtcDateTime, vocabulary


class ApplicationCall(SQLModel, table=True):
    """One change of whether a domain takes applications; the highest ``number`` is in force."""

    __tablename__ = "application_call"
    __table_args__ = (sa.UniqueConstraint("domain", "number"),)

    id: int = Field(default=None, primary_key=True)
    domain: str = Field(max_length=64)
    number: int
    is_open: bool
    text: str = Field(sa_type=sa.Text)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class Application(SQLModel, table=True):
    """What one person wrote when they applied for one domain, once."""

    __table_args__ = (sa.UniqueConstraint("person_id", "domain"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    domain: str = Field(max_length=64)
    background: str = Field(sa_type=sa.Text)
    week_hours: int
    applied_at: datetime = Field(sa_type=UtcDateTime)


class ApplicationDecision(SQLModel, table=True):
    """One decision; the highest ``number`` is in force.

    ``n_right`` of ``n_items`` is the grade that the decision was made by; keys may change later.
    """

    __tablename__ = "application_decision"
    __table_args__ = (sa.UniqueConstraint("application_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", ondelete="RESTRICT")
    number: int
    decision: Decision = Field(sa_type=vocabulary(Decision))
    reason: str = Field(sa_type=sa.Text)
    n_right: int | None = None
    n_items: int | None = None
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
