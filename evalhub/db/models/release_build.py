"""Builds of releases: who asked for one, where it stands, and what came of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.queued_work import WorkStatus
from evalhub.core.releasing.builds import BuildStage
from evalhub.db.models.base import UtcDateTime, vocabulary


class ReleaseBuild(SQLModel, table=True):
    """One build of a release; its row is what queues it, and its history.

    ``version`` is empty where the next one is wanted. ``run_number`` counts how often it was
    started or tried again; each run is a job of its own.
    """

    __tablename__ = "release_build"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT", index=True)
    version: str = Field(default="", max_length=40)
    recipe: str = Field(sa_type=sa.Text)
    status: WorkStatus = Field(sa_type=vocabulary(WorkStatus, rule="buildstatus_known"), index=True)
    # Part of each job's id: a job that is done cannot be queued again, so another try needs a new.
    run_number: int = 1
    stage: BuildStage = Field(sa_type=vocabulary(BuildStage))
    n_done: int = 0
    n_wanted: int = 0
    reason: str = Field(default="", max_length=1000)
    release_id: int | None = Field(default=None, foreign_key="release.id", ondelete="RESTRICT")
    # The same state gives the same release again, which is no new one.
    is_new: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
