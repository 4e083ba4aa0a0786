"""What people did about exceptions; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ExceptionStep(SQLModel, table=True):
    """One move about an exception, which ``key`` names by the rows that it is about.

    The exception itself is no row: it is read from those. A database trigger refuses updates and
    deletes.
    """

    __tablename__ = "exception_step"
    # Two people who act at once must not both be the next.
    __table_args__ = (sa.UniqueConstraint("key", "number"),)

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=80)
    number: int
    is_answer: bool
    words: str = Field(default="", sa_type=sa.Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
