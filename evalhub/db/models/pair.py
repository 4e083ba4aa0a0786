"""Pairs of responses to one prompt."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class Pair(SQLModel, table=True):
    """Two responses x and y to one prompt; ``response_x_id < response_y_id``.

    ``n_taken`` counts leases and judgments by people and never exceeds ``overlap`` for
    pairs that are handed out; imported judgments do not count against it. ``overlap`` is the
    places the pair has now: under ``on_conflict`` it grows when judgments disagree.
    ``matchup_id`` says which two endpoints meet; pairs that are not handed out have none.
    """

    __table_args__ = (
        sa.UniqueConstraint("project_id", "response_x_id", "response_y_id"),
        # With the unique key above: the same two responses cannot be a pair in either order.
        sa.CheckConstraint("response_x_id < response_y_id", name="ordered"),
        # The promise that no pair is judged more often than is paid for, kept by the database
        # itself.
        sa.CheckConstraint("n_taken BETWEEN 0 AND overlap", name="overlap_kept"),
        # Holds only pairs with room, so finding the next one does not slow down with size.
        sa.Index(
            "ix_pair_with_room",
            "project_id",
            "is_offered",
            "position",
            sqlite_where=sa.text("n_taken < overlap"),
            postgresql_where=sa.text("n_taken < overlap"),
        ),
        # As above, for the next pair of two given endpoints.
        sa.Index(
            "ix_pair_matchup_with_room",
            "matchup_id",
            "position",
            sqlite_where=sa.text("n_taken < overlap"),
            postgresql_where=sa.text("n_taken < overlap"),
        ),
        # Both again by route, for those to whom only some prompts of a project go.
        sa.Index(
            "ix_pair_route_with_room",
            "project_id",
            "is_offered",
            "route",
            "position",
            sqlite_where=sa.text("n_taken < overlap"),
            postgresql_where=sa.text("n_taken < overlap"),
        ),
        sa.Index(
            "ix_pair_matchup_route_with_room",
            "matchup_id",
            "route",
            "position",
            sqlite_where=sa.text("n_taken < overlap"),
            postgresql_where=sa.text("n_taken < overlap"),
        ),
        # Holds only pairs that somebody has or judged: how much a prompt was used already.
        sa.Index(
            "ix_pair_taken",
            "project_id",
            "prompt_id",
            "n_taken",
            sqlite_where=sa.text("n_taken > 0"),
            postgresql_where=sa.text("n_taken > 0"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    prompt_id: int = Field(foreign_key="prompt.id", ondelete="RESTRICT", index=True)
    response_x_id: int = Field(foreign_key="response.id", ondelete="RESTRICT")
    response_y_id: int = Field(foreign_key="response.id", ondelete="RESTRICT")
    matchup_id: int | None = Field(default=None, foreign_key="matchup.id", ondelete="RESTRICT")
    position: int
    overlap: int
    n_taken: int = 0
    is_offered: bool = True
    # Set where the pair is asked again under a changed rubric: judgments on terms before this
    # number keep their places and count for none of those that are wanted.
    asked_since: int | None = None
    # Of its prompt, copied: finding the next pair by it must not look at prompts.
    route: str = Field(
        default="", max_length=200, sa_column_kwargs={"server_default": sa.text("''")}
    )
