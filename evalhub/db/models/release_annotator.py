"""Who stands in a release, and under which pseudonym."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class ReleaseAnnotator(SQLModel, table=True):
    """One person in one release: what lets the operator tell whom a withdrawal concerns."""

    __tablename__ = "release_annotator"
    __table_args__ = (sa.UniqueConstraint("release_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id", ondelete="RESTRICT")
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    annotator: str = Field(max_length=40)
    n_judgments: int
