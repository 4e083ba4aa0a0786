"""Drafts of judgments, kept on the server."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Draft(SQLModel, table=True):
    """The form fields of one assignment as last saved, as a JSON list of name and value."""

    assignment_id: int = Field(primary_key=True, foreign_key="assignment.id", ondelete="RESTRICT")
    fields: str = Field(sa_type=sa.Text)
    active_seconds: float = 0.0
    saved_at: datetime = Field(sa_type=UtcDateTime)
