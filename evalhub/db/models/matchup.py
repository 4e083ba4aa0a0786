"""Matchups: two endpoints of a project whose responses are compared."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class Matchup(SQLModel, table=True):
    """Two endpoints that meet in a project; ``endpoint_low_id < endpoint_high_id``.

    ``probability`` is that of drawing this matchup for the next comparison, by the plan in
    ``selection_plan``; None before it is planned and where none of its pairs had room then. A lot
    between 0 and 1 falls on the first matchup whose ``up_to``, the sum of probabilities up to and
    with its own, lies above it. ``n_open`` counts its pairs that had room when it was planned.
    """

    __table_args__ = (
        sa.UniqueConstraint("project_id", "endpoint_low_id", "endpoint_high_id"),
        sa.Index(None, "project_id", "up_to"),
        # Two models meet in one row, whichever is named first.
        sa.CheckConstraint("endpoint_low_id < endpoint_high_id", name="ordered"),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name="probability_range"),
    )

    id: int = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    endpoint_low_id: int = Field(foreign_key="endpoint.id", ondelete="RESTRICT")
    endpoint_high_id: int = Field(foreign_key="endpoint.id", ondelete="RESTRICT")
    probability: float | None = None
    up_to: float | None = None
    n_open: int = 0
