"""What researchers say of a project's data: append-only versions of one statement."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class ProjectStatement(SQLModel, table=True):
    """One version of a project's statement; the one in force has the highest ``number``.

    A database trigger refuses updates and deletes.
    """

    __tablename__ = "project_statement"
    # Two people who write the next version at once make one; the other is told.
    __table_args__ = (sa.UniqueConstraint("project_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    number: int
    document: str = Field(sa_type=sa.Text)
    # Beside the id: a release names its author, and must be the same bytes when a name changes.
    author_name: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
