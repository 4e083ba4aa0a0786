"""Versions of the text by which annotators are asked for their consent."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ConsentText(SQLModel, table=True):
    """One version; ``document`` is the text as canonical JSON, which ``sha256`` is the hash of."""

    __tablename__ = "consent_text"

    id: int = Field(default=None, primary_key=True)
    version: int = Field(unique=True)
    sha256: str = Field(max_length=64)
    document: str = Field(sa_type=sa.Text)
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
