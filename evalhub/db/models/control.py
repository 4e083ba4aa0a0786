"""Pairs that check quality, their keys, and what was said against a key."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import Purpose
from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.db.models.base import UtcDateTime, vocabulary


class ControlItem(SQLModel, table=True):
    """One pair that is given out as a control or an anchor and no longer as work.

    ``is_given`` is the one thing that changes: a control whose key was withdrawn is not given out
    until another key is written, and no row is ever taken away.
    """

    __tablename__ = "control_item"
    __table_args__ = (
        sa.UniqueConstraint("pair_id"),
        # Every claim that falls on one looks for it by these.
        sa.Index(None, "project_id", "purpose", "is_given"),
    )

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT")
    purpose: Purpose = Field(sa_type=vocabulary(Purpose))
    is_given: bool = True
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class ControlKey(SQLModel, table=True):
    """One version of which answers to a control are right; the highest ``number`` is in force.

    ``accepted`` names them in the order of the pair's row: ``x``, ``tie`` and ``y``, separated by
    commas; empty where the item was withdrawn. A database trigger refuses updates and deletes.
    """

    __tablename__ = "control_key"
    # Two people who mend a key at once must not both write the next one.
    __table_args__ = (sa.UniqueConstraint("pair_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT")
    number: int
    accepted: str = Field(max_length=20)
    reason: str = Field(sa_type=sa.Text)
    written_at: datetime = Field(sa_type=UtcDateTime)
    # Nobody where the prompt itself states the answer.
    written_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class ControlContest(SQLModel, table=True):
    """One person's word that the key of a control is wrong, said of a judgment of their own."""

    __tablename__ = "control_contest"
    # Said once of a judgment; the history of it stays in one place.
    __table_args__ = (sa.UniqueConstraint("assignment_id"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    assignment_id: int = Field(foreign_key="assignment.id", ondelete="RESTRICT")
    words: str = Field(sa_type=sa.Text)
    opened_at: datetime = Field(sa_type=UtcDateTime)


class ControlContestAnswer(SQLModel, table=True):
    """What a person decided about a contested key, once; null where the key stands."""

    __tablename__ = "control_contest_answer"

    id: int = Field(default=None, primary_key=True)
    # Two people who answer at once must not both decide.
    control_contest_id: int = Field(
        foreign_key="control_contest.id", ondelete="RESTRICT", unique=True
    )
    outcome: ContestOutcome = Field(sa_type=vocabulary(ContestOutcome))
    words: str = Field(sa_type=sa.Text)
    control_key_id: int | None = Field(
        default=None, foreign_key="control_key.id", ondelete="RESTRICT"
    )
    answered_at: datetime = Field(sa_type=UtcDateTime)
    answered_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
