"""API keys: stored hashed, shown once, scoped and expiring."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ApiKey(SQLModel, table=True):
    """One key of one person."""

    __tablename__ = "api_key"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    name: str = Field(max_length=100)
    # The start of the key in clear: its owner tells keys apart by it, and it opens nothing alone.
    prefix: str = Field(max_length=16)
    key_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(sa_type=sa.JSON)
    # None opens every release. An empty list would read as "nothing", so the check refuses it.
    releases: list[str] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # Marked and not deleted, so that a key found in an old script can still be told whose it was.
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
