"""What people answered when they were asked for their consent."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.consent import ConsentMethod
from evalhub.db.models.base import UtcDateTime, vocabulary


class ConsentAnswer(SQLModel, table=True):
    """One answer; ``purposes`` is a JSON list of all that it grants, and grants no other.

    The latest answer of a person is the one in force. A database trigger refuses updates and
    deletes: what somebody once granted explains the releases that were built then.
    """

    __tablename__ = "consent_answer"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    consent_text_id: int = Field(foreign_key="consent_text.id", ondelete="RESTRICT")
    purposes: str = Field(sa_type=sa.Text)
    method: ConsentMethod = Field(sa_type=vocabulary(ConsentMethod))
    answered_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
