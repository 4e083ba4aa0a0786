"""Rubric versions, immutable once a judgment rests on them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class RubricVersion(SQLModel, table=True):
    """One version of one rubric; ``document`` is its canonical JSON."""

    __tablename__ = "rubric_version"
    __table_args__ = (sa.UniqueConstraint("rubric_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    rubric_id: str = Field(max_length=80)
    version: str = Field(max_length=40)
    title: str = Field(max_length=200)
    domain: str = Field(max_length=80)
    sha256: str = Field(max_length=64)
    document: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
