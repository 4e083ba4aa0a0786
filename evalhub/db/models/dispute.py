"""Disputes about entries of the ledger, and what was answered; both append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.pay.disputes import DisputeStep
from evalhub.db.models.base import UtcDateTime, vocabulary


class Dispute(SQLModel, table=True):
    """One person's objection to one entry; ``minutes`` are what writing it took them.

    A database trigger refuses updates and deletes.
    """

    __table_args__ = (
        # An entry is disputed once; who is refused appeals, and the history stays in one place.
        sa.UniqueConstraint("pay_entry_id"),
        sa.CheckConstraint("minutes BETWEEN 0 AND 120", name="minutes_range"),
    )

    id: int = Field(default=None, primary_key=True)
    pay_entry_id: int = Field(foreign_key="pay_entry.id", ondelete="RESTRICT")
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    words: str = Field(sa_type=sa.Text)
    minutes: int
    opened_at: datetime = Field(sa_type=UtcDateTime)


class DisputeAnswer(SQLModel, table=True):
    """One step of a dispute: an answer, or the appeal of who was refused.

    A database trigger refuses updates and deletes.
    """

    __tablename__ = "dispute_answer"
    # Two people who answer at once must not both decide.
    __table_args__ = (
        sa.UniqueConstraint("dispute_id", "number"),
        sa.CheckConstraint("minor_units >= 0", name="never_taken_back"),
    )

    id: int = Field(default=None, primary_key=True)
    dispute_id: int = Field(foreign_key="dispute.id", ondelete="RESTRICT")
    number: int
    step: DisputeStep = Field(sa_type=vocabulary(DisputeStep))
    words: str = Field(sa_type=sa.Text)
    minor_units: int = 0
    answered_at: datetime = Field(sa_type=UtcDateTime)
    answered_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
