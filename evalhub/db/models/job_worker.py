"""Workers that run jobs, and when each was last heard of."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class JobWorker(SQLModel, table=True):
    """One worker process; times are the database's clock, so that machines may disagree."""

    __tablename__ = "job_worker"

    executor_id: str = Field(primary_key=True, max_length=100)
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
