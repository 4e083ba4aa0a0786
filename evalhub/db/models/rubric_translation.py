"""Translations of rubric versions, one a language."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class RubricTranslation(SQLModel, table=True):
    """One rubric version in another language; ``document`` is the translation's canonical JSON."""

    __tablename__ = "rubric_translation"
    __table_args__ = (sa.UniqueConstraint("rubric_version_id", "language"),)

    id: int = Field(default=None, primary_key=True)
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT")
    language: str = Field(max_length=40)
    sha256: str = Field(max_length=64)
    document: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
