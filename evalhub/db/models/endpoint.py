"""Endpoints: a model, where it is asked and with which settings."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Endpoint(SQLModel, table=True):
    """One revision of one endpoint; changed settings make a new revision.

    ``api_key_ref`` names an environment variable (``env:NAME``); the key itself is never
    stored. ``dialect`` is the value of a ``DialectName``, or ``premade`` for responses that
    came with the prompt set.
    """

    __table_args__ = (
        # Two people who change an endpoint at once make one next revision; the other is told.
        sa.UniqueConstraint("slug", "revision"),
        sa.CheckConstraint("max_concurrency BETWEEN 1 AND 1000", name="max_concurrency_range"),
        sa.CheckConstraint("max_attempts BETWEEN 1 AND 20", name="max_attempts_range"),
    )

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80)
    revision: int
    model: str = Field(max_length=200)
    dialect: str = Field(max_length=40)
    url: str = Field(default="", max_length=2000)
    api_key_ref: str | None = Field(default=None, max_length=200)
    parameters: str = Field(sa_type=sa.Text)
    max_concurrency: int = 8
    max_attempts: int = 5
    request_timeout_s: float = 120.0
    total_timeout_s: float = 600.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    # Endpoints that name the same one share its limits a minute.
    account: str | None = Field(default=None, max_length=80)
    # For a million tokens, in millionths of the currency.
    prompt_price: int | None = Field(default=None, sa_type=sa.BigInteger)
    completion_price: int | None = Field(default=None, sa_type=sa.BigInteger)
    price_currency: str | None = Field(default=None, max_length=3)
    output_terms: str = Field(default="unknown", max_length=200)
    is_simulated: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
