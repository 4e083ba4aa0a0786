"""Which endpoints a pull asks."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class PullEndpoint(SQLModel, table=True):
    """One endpoint's share of one pull: when its last run ended, and why if it failed."""

    __tablename__ = "pull_endpoint"

    pull_id: int = Field(primary_key=True, foreign_key="pull.id", ondelete="RESTRICT")
    endpoint_id: int = Field(primary_key=True, foreign_key="endpoint.id", ondelete="RESTRICT")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=1000)
