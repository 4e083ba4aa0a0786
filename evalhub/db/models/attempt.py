"""Attempts at assessments, with their answers and what became of them; all append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.qualifying.assessments import AttemptEventKind
from evalhub.db.models.base import UtcDateTime, vocabulary


class Attempt(SQLModel, table=True):
    """One attempt of one person; a further ``number`` needs a reset of the one before.

    ``ends_at`` is set at the start and never moved, so that no device, crash or clock of a
    browser gives or takes time.
    """

    # Two starts at once, from two tabs or devices, cannot both be the first.
    __table_args__ = (sa.UniqueConstraint("person_id", "domain", "number"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    domain: str = Field(max_length=64)
    number: int
    assessment_id: int = Field(foreign_key="assessment.id", ondelete="RESTRICT", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class AttemptAnswer(SQLModel, table=True):
    """One answer to one item as it was saved; the latest of an item counts."""

    __tablename__ = "attempt_answer"
    __table_args__ = (
        sa.Index(None, "attempt_id", "position"),
        sa.CheckConstraint("preference BETWEEN -3 AND 3", name="preference_range"),
    )

    id: int = Field(default=None, primary_key=True)
    attempt_id: int = Field(foreign_key="attempt.id", ondelete="RESTRICT")
    position: int
    preference: int
    saved_at: datetime = Field(sa_type=UtcDateTime)


class AttemptEvent(SQLModel, table=True):
    """Something that happened to an attempt, each kind once: handed in, or set aside."""

    __tablename__ = "attempt_event"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "kind"),)

    id: int = Field(default=None, primary_key=True)
    attempt_id: int = Field(foreign_key="attempt.id", ondelete="RESTRICT")
    kind: AttemptEventKind = Field(sa_type=vocabulary(AttemptEventKind))
    reason: str = Field(default="", sa_type=sa.Text)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    caused_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")


class ExtraTime(SQLModel, table=True):
    """Minutes that a person gets beyond the time of every assessment; the latest row counts.

    Why somebody needs them is between them and the operator, so there is no column for it.
    """

    __tablename__ = "extra_time"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    minutes: int
    given_at: datetime = Field(sa_type=UtcDateTime)
    given_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
