"""Prompt sets: the names under which frozen versions are kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class PromptSet(SQLModel, table=True):
    """One named set; its prompts live in its versions."""

    __tablename__ = "prompt_set"

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    title: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
