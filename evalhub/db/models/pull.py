"""Pulls: asking a set of endpoints every prompt of a version."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import PullStatus
from evalhub.db.models.base import UtcDateTime, vocabulary


class Pull(SQLModel, table=True):
    """One pull and where it stands; what it stores are rows of ``response``.

    ``run_number`` counts how often it was started or resumed; each run is a job of its own.
    """

    # A request that arrives twice must not ask paid endpoints twice; nulls, of pages and commands,
    # never meet.
    __table_args__ = (sa.UniqueConstraint("created_by", "request_key"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    prompt_set_version_id: int = Field(foreign_key="prompt_set_version.id", ondelete="RESTRICT")
    status: PullStatus = Field(sa_type=vocabulary(PullStatus), index=True)
    retry_errors: bool = False
    n_samples: int = 1
    seed: int | None = None
    # Millionths, as prices of tokens are far below a minor unit.
    budget_micro: int | None = Field(default=None, sa_type=sa.BigInteger)
    budget_currency: str | None = Field(default=None, max_length=3)
    # Part of each job's id: a job that is done cannot be queued again, so resuming needs new ones.
    run_number: int = 1
    reason: str = Field(default="", max_length=1000)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    request_key: str | None = Field(default=None, max_length=100)
    request_sha256: str | None = Field(default=None, max_length=64)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
