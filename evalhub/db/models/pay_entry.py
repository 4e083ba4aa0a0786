"""The ledger of work: what was booked of each person's time and pay; append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.db.models.base import UtcDateTime, vocabulary


class PayEntry(SQLModel, table=True):
    """One entry: time that is paid or says why it is not, and money in minor units.

    ``key`` names the event that made it, so that none is booked twice whatever repeats or races.
    ``seconds`` is null where no script counted the time. A database trigger refuses updates and
    deletes: what turns out otherwise is set right by further entries.
    """

    __tablename__ = "pay_entry"
    __table_args__ = (
        sa.CheckConstraint("minor_units >= 0", name="never_taken_back"),
        sa.CheckConstraint(
            "unpaid_reason IS NULL OR minor_units = 0", name="unpaid_is_without_money"
        ),
        # A month of one person is read by both; the ledger as a whole is never scanned for it.
        sa.Index(None, "person_id", "booked_at"),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=120, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    project_id: int | None = Field(
        default=None, foreign_key="project.id", ondelete="RESTRICT", index=True
    )
    assignment_id: int | None = Field(
        default=None, foreign_key="assignment.id", ondelete="RESTRICT", index=True
    )
    kind: WorkKind = Field(sa_type=vocabulary(WorkKind))
    seconds: int | None = None
    minor_units: int = 0
    currency: str = Field(max_length=3)
    unpaid_reason: UnpaidReason | None = Field(default=None, sa_type=vocabulary(UnpaidReason))
    booked_at: datetime = Field(sa_type=UtcDateTime)
    booked_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
