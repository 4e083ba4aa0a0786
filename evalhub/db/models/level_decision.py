"""Levels of people in domains, as people decided them; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class LevelDecision(SQLModel, table=True):
    """One decision; the latest of a person and domain is in force until it expires.

    Level 0 takes a level back. A database trigger refuses updates and deletes.
    """

    __tablename__ = "level_decision"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 0 AND 5", name="level_range"),
        sa.Index(None, "person_id", "domain"),
        # The registry lists who has a level in a domain.
        sa.Index(None, "domain", "level"),
    )

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    domain: str = Field(max_length=64)
    level: int
    reason: str = Field(sa_type=sa.Text)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
