"""The audit log: append-only rows chained by hash."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class AuditEvent(SQLModel, table=True):
    """One act; its hash covers its content and the hash of the event before it.

    A database trigger refuses updates and deletes.
    """

    __tablename__ = "audit_event"

    sequence: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    # Beside the id, because the hash covers it: a name that is changed later must not change the
    # log.
    actor_name: str = Field(max_length=200)
    action: str = Field(max_length=80, index=True)
    subject: str = Field(max_length=200, index=True)
    # The very text that was hashed: what a JSON column gives back would first have to be written
    # the same way again.
    details: str = Field(sa_type=sa.Text)
    # Unique: two entries after the same one would fork the chain, and the second is refused.
    previous_hash: str = Field(max_length=64, unique=True)
    hash: str = Field(max_length=64, unique=True)
