"""People: those who sign in, those named in imported judgments, and simulated ones."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.people import Origin
from evalhub.db.models.base import UtcDateTime, vocabulary


class Person(SQLModel, table=True):
    """One person, known by an opaque public id outside the database."""

    # One name in two files from one place is one person, or their judgments count as two people's.
    __table_args__ = (
        sa.UniqueConstraint("import_source", "external_id"),
        # The first fifty by name are read from it, however many people there are.
        sa.Index("ix_person_by_name", sa.text("lower(name)"), "id"),
    )

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    # None for who cannot sign in; a unique column lets any number of nulls stand.
    email: str | None = Field(default=None, max_length=254, unique=True)
    name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=200)
    origin: Origin = Field(sa_type=vocabulary(Origin))
    import_source: str | None = Field(default=None, max_length=100)
    external_id: str | None = Field(default=None, max_length=200)
    # What they chose to read pages in; None where the browser decides.
    language: str | None = Field(default=None, max_length=35)
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
