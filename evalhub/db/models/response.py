"""Responses: what came back, be it an answer, nothing, or a stated failure."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models.base import UtcDateTime, vocabulary


class Response(SQLModel, table=True):
    """One endpoint's response to one prompt; the unique key keeps it from being asked twice."""

    __table_args__ = (
        # The ledger of a pull: a job that runs twice stores an answer once, and so is billed for
        # once.
        sa.UniqueConstraint("prompt_id", "endpoint_id", "sample_index"),
        sa.Index(None, "endpoint_id", "status"),
        # An answer to the same request is looked for before anything is asked.
        sa.Index(None, "endpoint_id", "request_sha256"),
    )

    id: int = Field(default=None, primary_key=True)
    prompt_id: int = Field(foreign_key="prompt.id", ondelete="RESTRICT")
    endpoint_id: int = Field(foreign_key="endpoint.id", ondelete="RESTRICT")
    sample_index: int = 0
    pull_id: int | None = Field(
        default=None, foreign_key="pull.id", ondelete="RESTRICT", index=True
    )
    status: ResponseStatus = Field(sa_type=vocabulary(ResponseStatus))
    text: str = Field(default="", sa_type=sa.Text)
    reasoning: str = Field(default="", sa_type=sa.Text)
    finish_reason: str | None = Field(default=None, max_length=80)
    model_reported: str | None = Field(default=None, max_length=200)
    names_itself: str | None = Field(default=None, max_length=200)
    parameters: str = Field(sa_type=sa.Text)
    request_sha256: str = Field(max_length=64)
    is_copied: bool = False
    sha256: str = Field(max_length=64)
    # What came over the wire, so that a reading of it that proves wrong can be done again without
    # asking again.
    raw_body: str = Field(default="", sa_type=sa.Text)
    n_nul_removed: int = 0
    latency_ms: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    n_attempts: int = 1
    error_kind: ErrorKind | None = Field(default=None, sa_type=vocabulary(ErrorKind))
    error_message: str = Field(default="", max_length=2000)
    created_at: datetime = Field(sa_type=UtcDateTime)
