"""Imports of prompt sets that workers are asked for: what was sent, and what came of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.prompts.imports import ImportStage
from evalhub.core.queued_work import WorkStatus
from evalhub.db.models.base import UtcDateTime, vocabulary


class PromptImport(SQLModel, table=True):
    """One import; its row is what queues it, and its history.

    It reads its file and stages an upload, or freezes the upload that it began with, or, where
    ``freezes``, does one after the other. ``run_number`` counts how often it was tried.
    """

    __tablename__ = "prompt_import"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    slug: str = Field(max_length=80)
    title: str = Field(default="", max_length=200)
    filename: str = Field(max_length=300)
    n_bytes: int = Field(sa_type=sa.BigInteger)
    options: str = Field(sa_type=sa.Text)
    freezes: bool = False
    status: WorkStatus = Field(
        sa_type=vocabulary(WorkStatus, rule="importstatus_known"), index=True
    )
    # Part of each job's id: a job that is done cannot be queued again, so another try needs a new.
    run_number: int = 1
    stage: ImportStage = Field(sa_type=vocabulary(ImportStage))
    n_done: int = 0
    problems: str = Field(default="[]", sa_type=sa.Text)
    prompt_upload_id: int | None = Field(
        default=None, foreign_key="prompt_upload.id", ondelete="RESTRICT", index=True
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PromptImportFile(SQLModel, table=True):
    """The file that an import has still to read; it goes once it was read, or given up.

    In the database, since the worker that reads it may run on another machine than the server
    that took it in; apart from its import, since whoever lists those must not load it.
    """

    __tablename__ = "prompt_import_file"

    prompt_import_id: int = Field(
        primary_key=True, foreign_key="prompt_import.id", ondelete="RESTRICT"
    )
    content: bytes = Field(sa_type=sa.LargeBinary)
