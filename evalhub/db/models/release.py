"""Releases: versioned, checksummed sets of training files."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Release(SQLModel, table=True):
    """One version of one project's release; ``folder`` is relative to the releases folder."""

    __table_args__ = (sa.UniqueConstraint("project_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    version: str = Field(max_length=40)
    title: str = Field(max_length=200)
    # In canonical form, as in the folder: the row and the file can be held against each other.
    recipe: str = Field(sa_type=sa.Text)
    snapshot_sha256: str = Field(max_length=64)
    manifest: str = Field(sa_type=sa.Text)
    folder: str = Field(max_length=300)
    n_pairs: int
    n_judgments: int
    is_simulated: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
