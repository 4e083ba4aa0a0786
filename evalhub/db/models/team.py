"""Teams of experts, and who is in one and since when."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Team(SQLModel, table=True):
    """One team, known by ``slug`` in addresses."""

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    title: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class TeamMember(SQLModel, table=True):
    """One stay of a person in a team; ``left_at`` ends it, and coming back begins another.

    Other hours or another part in the team end a stay and begin the next, so that what was pledged
    in a given week can always be told.
    """

    __tablename__ = "team_member"
    __table_args__ = (
        # In one team at a time: hours that are pledged twice would be counted twice.
        sa.Index(
            "uq_team_member_person_now",
            "person_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.CheckConstraint("week_hours BETWEEN 0 AND 80", name="week_hours_range"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", ondelete="RESTRICT", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    is_lead: bool = False
    week_hours: int
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
