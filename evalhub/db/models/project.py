"""Projects: one campaign of judging."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import (
    OverlapRule,
    PairingStrategy,
    ProjectStatus,
    SelectionMode,
)
from evalhub.core.pay.tiers import PayTier
from evalhub.db.models.base import UtcDateTime, vocabulary


class Project(SQLModel, table=True):
    """One campaign: prompt-set version, endpoints, rubric version, people and terms.

    Pay is a whole number of the currency's minor unit for each judgment. ``terms_number`` counts
    the changes of pay, minutes, rubric and terms since the set-up. Experts who show what it asks
    for may put themselves on one that ``is_joinable``.
    """

    __table_args__ = (
        sa.CheckConstraint("overlap BETWEEN 1 AND 100", name="overlap_range"),
        sa.CheckConstraint("pay_minor_units >= 0", name="pay_not_negative"),
        sa.CheckConstraint("control_percent BETWEEN 0 AND 20", name="control_range"),
        sa.CheckConstraint("repeat_percent BETWEEN 0 AND 10", name="repeat_range"),
        sa.CheckConstraint("repeat_days BETWEEN 1 AND 365", name="repeat_days_range"),
        sa.CheckConstraint("anchor_percent BETWEEN 0 AND 10", name="anchor_range"),
    )

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    title: str = Field(max_length=200)
    purpose: str = Field(sa_type=sa.Text)
    domain: str = Field(max_length=80)
    prompt_set_version_id: int = Field(foreign_key="prompt_set_version.id", ondelete="RESTRICT")
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT")
    status: ProjectStatus = Field(sa_type=vocabulary(ProjectStatus))
    strategy: PairingStrategy = Field(sa_type=vocabulary(PairingStrategy))
    baseline_endpoint_id: int | None = Field(
        default=None, foreign_key="endpoint.id", ondelete="RESTRICT"
    )
    pairs_per_prompt: int | None = None
    samples_per_endpoint: int = 1
    seed: int = 0
    overlap: int = 1
    overlap_rule: OverlapRule = Field(
        default=OverlapRule.FIXED, sa_type=vocabulary(OverlapRule), nullable=False
    )
    selection_mode: SelectionMode = Field(
        default=SelectionMode.RANK, sa_type=vocabulary(SelectionMode), nullable=False
    )
    lease_minutes: int = 60
    pay_tier: PayTier = Field(
        default=PayTier.VOLUNTEER,
        sa_type=vocabulary(PayTier),
        nullable=False,
    )
    pay_minor_units: int = 0
    pay_currency: str = Field(default="USD", max_length=3)
    expected_minutes: int = 10
    terms: str = Field(default="", sa_type=sa.Text)
    terms_number: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    is_joinable: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    # How many of a hundred comparisons check quality, by what they are for.
    control_percent: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    repeat_percent: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    repeat_days: int = Field(default=7, sa_column_kwargs={"server_default": sa.text("7")})
    anchor_percent: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    is_simulated: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
