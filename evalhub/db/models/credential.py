"""Credentials of people and what was decided about them; both append-only."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.qualifying.credentials import CredentialDecision as Decision
from evalhub.db.models.base import UtcDateTime, vocabulary


class Credential(SQLModel, table=True):
    """One credential as it was stated; the number of the licence is not among its columns.

    A database trigger refuses updates and deletes: judgments were made on the strength of it.
    """

    # The registry is searched by class and by domain among all people.
    __table_args__ = (sa.Index(None, "domain", "credential_class"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    credential_class: str = Field(max_length=64)
    domain: str = Field(max_length=64)
    jurisdiction: str = Field(default="", max_length=40)
    specialty: str = Field(default="", max_length=64)
    issuer: str = Field(max_length=200)
    issued_on: date
    expires_on: date | None = None
    stated_at: datetime = Field(sa_type=UtcDateTime)
    stated_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")


class CredentialDecision(SQLModel, table=True):
    """One decision about a credential; the one with the highest ``number`` is in force.

    ``decided_by`` is never empty: a person answers for it. A database trigger refuses updates
    and deletes.
    """

    __tablename__ = "credential_decision"
    # Two people who decide at once must not both write the next one.
    __table_args__ = (sa.UniqueConstraint("credential_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    credential_id: int = Field(foreign_key="credential.id", ondelete="RESTRICT")
    number: int
    decision: Decision = Field(sa_type=vocabulary(Decision))
    reason: str = Field(sa_type=sa.Text)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
