"""Uploads that wait for a person to confirm what was read."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import UploadStatus
from evalhub.db.models.base import UtcDateTime, vocabulary


class PromptUpload(SQLModel, table=True):
    """One upload: the report that was shown and the canonical rows that would be imported."""

    __tablename__ = "prompt_upload"

    id: int = Field(default=None, primary_key=True)
    token: str = Field(max_length=64, unique=True)
    slug: str = Field(max_length=80)
    title: str = Field(max_length=200)
    filename: str = Field(max_length=300)
    status: UploadStatus = Field(sa_type=vocabulary(UploadStatus))
    report: str = Field(sa_type=sa.Text)
    # Kept as read: what is frozen is what the report was about, even when the reader has changed
    # since.
    rows: str = Field(sa_type=sa.Text)
    card: str = Field(default="{}", sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    prompt_set_version_id: int | None = Field(
        default=None, foreign_key="prompt_set_version.id", ondelete="RESTRICT"
    )
