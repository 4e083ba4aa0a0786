"""Prompts of a frozen version."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models import base  # noqa: F401 - sets the naming convention first


class Prompt(SQLModel, table=True):
    """One prompt; ``document`` is its canonical row, ``key`` its id within the set."""

    __table_args__ = (
        sa.UniqueConstraint("prompt_set_version_id", "key"),
        sa.UniqueConstraint("prompt_set_version_id", "position"),
        # A claim asks which routes there are, whatever the number of prompts.
        sa.Index(None, "prompt_set_version_id", "route"),
    )

    id: int = Field(default=None, primary_key=True)
    prompt_set_version_id: int = Field(foreign_key="prompt_set_version.id", ondelete="RESTRICT")
    position: int
    key: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    document: str = Field(sa_type=sa.Text)
    domain: str = Field(max_length=80)
    language: str = Field(max_length=40)
    # What decides to whom it may go: language, jurisdiction and specialty.
    route: str = Field(
        default="", max_length=200, sa_column_kwargs={"server_default": sa.text("''")}
    )
    split: str = Field(default="train", max_length=20)
