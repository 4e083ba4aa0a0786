"""Sign-in attempts, counted to slow down guessing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class SignInAttempt(SQLModel, table=True):
    """One attempt to sign in, under the hash of what was typed as the e-mail address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index(None, "email_hash", "attempted_at"),)

    id: int = Field(default=None, primary_key=True)
    # A hash: people type passwords into the wrong field, and this table must not keep them.
    email_hash: str = Field(max_length=64)
    attempted_at: datetime = Field(sa_type=UtcDateTime)
    has_succeeded: bool
