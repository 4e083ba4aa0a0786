"""Selection plans: how each project draws its next comparisons."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.assigning import SelectionPolicy
from evalhub.db.models.base import UtcDateTime, vocabulary


class SelectionPlan(SQLModel, table=True):
    """The one plan of a project; the probabilities stand in ``matchup``.

    It rests on the judgments up to the row ``after_judgment_id``, ``n_judgments`` of them with
    a score, and is made anew after ``n_until_next`` more. Places that it did not see taken belong
    to assignments after ``after_assignment_id``. ``least_open`` is the fewest pairs with room that
    any two models had that can be drawn: before so many places are given out none can be used up.
    It is derived: losing it costs one fit.
    """

    __tablename__ = "selection_plan"
    __table_args__ = (sa.CheckConstraint("n_until_next >= 1", name="comes_to_an_end"),)

    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT", primary_key=True)
    policy: SelectionPolicy = Field(sa_type=vocabulary(SelectionPolicy))
    floor: float
    n_judgments: int
    after_judgment_id: int
    after_assignment_id: int
    n_until_next: int
    least_open: int | None = None
    planned_at: datetime = Field(sa_type=UtcDateTime)
