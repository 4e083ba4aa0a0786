"""Files of judgments made elsewhere."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class JudgmentImport(SQLModel, table=True):
    """One imported file, known by its hash so that it is never imported twice."""

    __tablename__ = "judgment_import"
    __table_args__ = (sa.UniqueConstraint("project_id", "sha256"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    filename: str = Field(max_length=300)
    sha256: str = Field(max_length=64)
    source: str = Field(max_length=100)
    n_judgments: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
