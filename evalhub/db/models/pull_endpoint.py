"""Which endpoints a pull asks."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class PullEndpoint(SQLModel, table=True):
    """One endpoint's share of one pull: when its last run ended, and why if it failed.

    The tokens are those of the requests that this pull sent, over all its runs.
    """

    __tablename__ = "pull_endpoint"

    pull_id: int = Field(primary_key=True, foreign_key="pull.id", ondelete="RESTRICT")
    endpoint_id: int = Field(primary_key=True, foreign_key="endpoint.id", ondelete="RESTRICT")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=1000)
    n_prompt_tokens: int = Field(default=0, sa_type=sa.BigInteger)
    n_completion_tokens: int = Field(default=0, sa_type=sa.BigInteger)
