"""Releases that were taken back."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ReleaseWithdrawal(SQLModel, table=True):
    """Why and when a release was withdrawn; its row, its files and its downloads stay."""

    __tablename__ = "release_withdrawal"

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT", unique=True)
    reason: str = Field(sa_type=sa.Text)
    withdrawn_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
