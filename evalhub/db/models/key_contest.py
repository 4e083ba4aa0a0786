"""Contests of keys, their answers, and what mended keys made of attempts; all append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.db.models.base import UtcDateTime, vocabulary


class KeyContest(SQLModel, table=True):
    """One person's word that the key of an item is wrong, said of an attempt that has ended."""

    __tablename__ = "key_contest"
    # An item is contested once by each person; the history of it stays in one place.
    __table_args__ = (sa.UniqueConstraint("attempt_id", "position"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    attempt_id: int = Field(foreign_key="attempt.id", ondelete="RESTRICT")
    position: int
    words: str = Field(sa_type=sa.Text)
    opened_at: datetime = Field(sa_type=UtcDateTime)


class KeyContestAnswer(SQLModel, table=True):
    """What a person decided about a contest, once; ``assessment_key_id`` is the key that follows.

    It is null where the key stands.
    """

    __tablename__ = "key_contest_answer"

    id: int = Field(default=None, primary_key=True)
    # Two people who answer at once must not both decide.
    key_contest_id: int = Field(foreign_key="key_contest.id", ondelete="RESTRICT", unique=True)
    outcome: ContestOutcome = Field(sa_type=vocabulary(ContestOutcome))
    words: str = Field(sa_type=sa.Text)
    assessment_key_id: int | None = Field(
        default=None, foreign_key="assessment_key.id", ondelete="RESTRICT"
    )
    answered_at: datetime = Field(sa_type=UtcDateTime)
    answered_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")


class Regrade(SQLModel, table=True):
    """What one mended key made of one attempt that had ended: its result before and after."""

    __table_args__ = (sa.UniqueConstraint("attempt_id", "assessment_key_id"),)

    id: int = Field(default=None, primary_key=True)
    attempt_id: int = Field(foreign_key="attempt.id", ondelete="RESTRICT")
    assessment_key_id: int = Field(foreign_key="assessment_key.id", ondelete="RESTRICT", index=True)
    n_right_before: int
    n_right_after: int
    n_items: int
    was_passed: bool
    is_passed: bool
    regraded_at: datetime = Field(sa_type=UtcDateTime)
