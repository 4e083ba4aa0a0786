"""Assignments: a pair leased to one annotator, with the side order shown."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.db.models.base import UtcDateTime, vocabulary


class Assignment(SQLModel, table=True):
    """One pair given to one annotator; ``token`` is all that the browser learns of it.

    With ``is_swapped`` the annotator sees response y as A and response x as B.
    """

    __table_args__ = (
        sa.Index(
            # Nobody holds or has judged a pair twice for one purpose and occasion, whatever two
            # requests at once may do; an assignment that ran out or was given back does not count.
            "uq_assignment_pair_person_held",
            "pair_id",
            "person_id",
            "purpose",
            "occasion",
            unique=True,
            sqlite_where=sa.text("status IN ('leased', 'submitted')"),
            postgresql_where=sa.text("status IN ('leased', 'submitted')"),
        ),
        # One open lease a person and project: claiming twice at once cannot yield two.
        sa.Index(
            "uq_assignment_project_person_leased",
            "project_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("status = 'leased'"),
            postgresql_where=sa.text("status = 'leased'"),
        ),
        sa.Index(None, "person_id", "status"),
        # Holds all that a choice asks about what one person had of a project.
        sa.Index(None, "project_id", "person_id", "status", "pair_id"),
        # Finds what was given out since a given assignment without reading what came before.
        sa.Index(None, "project_id", "id"),
        # Finds the leases that ran out, which every claim looks for.
        sa.Index(None, "status", "expires_at"),
    )

    id: int = Field(default=None, primary_key=True)
    token: str = Field(max_length=64, unique=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    is_swapped: bool
    status: AssignmentStatus = Field(sa_type=vocabulary(AssignmentStatus))
    # Neither leaves the server: a page that told them would change what is being measured.
    purpose: Purpose = Field(
        default=Purpose.WORK,
        sa_type=vocabulary(Purpose),
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("'work'")},
    )
    # Numbers the periods in which a person may get the same anchor; 0 for all other purposes.
    occasion: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    # How the pair was drawn and how likely that was: estimates weigh by it, and it cannot be
    # worked out afterwards.
    policy: str = Field(max_length=40)
    probability: float | None = None
    pay_minor_units: int = 0
    pay_currency: str = Field(default="USD", max_length=3)
    # Names the project's terms at the claim: a change of minutes or rubric reaches the next claim,
    # never this one.
    terms_number: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    leased_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    release_reason: str = Field(default="", max_length=80)
    # Of the credential by which the pair was given out, so that later news of it change nothing.
    credential_class: str | None = Field(default=None, max_length=64)
