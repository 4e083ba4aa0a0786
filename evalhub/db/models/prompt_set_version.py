"""Frozen versions of prompt sets."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class PromptSetVersion(SQLModel, table=True):
    """One frozen list of prompts, named by the hash of its canonical rows.

    ``card`` is what the set says about itself, as JSON; ``{}`` when it came without one.
    """

    __tablename__ = "prompt_set_version"
    __table_args__ = (
        sa.UniqueConstraint("prompt_set_id", "number"),
        sa.UniqueConstraint("prompt_set_id", "sha256"),
    )

    id: int = Field(default=None, primary_key=True)
    prompt_set_id: int = Field(foreign_key="prompt_set.id", ondelete="RESTRICT")
    number: int
    sha256: str = Field(max_length=64)
    n_prompts: int
    filename: str = Field(max_length=300)
    card: str = Field(default="{}", sa_type=sa.Text)
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    frozen_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
