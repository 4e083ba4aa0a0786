"""Invitation links, the only way to an account."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Invitation(SQLModel, table=True):
    """One link that lets one person set a password and receive roles; only its hash is stored."""

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254, index=True)
    name: str = Field(max_length=200)
    roles: list[str] = Field(sa_type=sa.JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    invited_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
