"""Read how many of a project's comparisons check quality."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.quality import QualityShares
from evalhub.db import tables as t
from evalhub.db.models import Project

SHARES = (
    t.project.c.control_percent,
    t.project.c.repeat_percent,
    t.project.c.repeat_days,
    t.project.c.anchor_percent,
)
"""The columns that ``shares_in`` reads of a row."""


def shares_in(row: "Project | sa.Row[*tuple[Any, ...]]") -> QualityShares:
    """Return the shares that a project, or a row with its ``SHARES``, states."""
    return QualityShares(
        row.control_percent, row.repeat_percent, row.repeat_days, row.anchor_percent
    )


def shares_of(project_id: int, *, session: Session) -> QualityShares:
    """Return the shares of a project."""
    query = sa.select(*SHARES).where(t.project.c.id == project_id)
    return shares_in(session.connection().execute(query).one())
