"""Fits: stored estimations with the hash of what went in."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Fit(SQLModel, table=True):
    """One estimation; ``document`` is the boards as canonical JSON."""

    __table_args__ = (sa.UniqueConstraint("project_id", "method", "inputs_sha256"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    method: str = Field(max_length=200)
    inputs_sha256: str = Field(max_length=64)
    n_judgments: int
    document: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
