"""Trainings, the rounds in which people take them, and what they did there; all append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.db.models.base import UtcDateTime


class Training(SQLModel, table=True):
    """One version of a training; the one with the highest ``number`` of a slug is in force.

    ``document`` holds its pages, pairs, keys and price as canonical JSON. Who has begun a version
    goes on with it, at its price.
    """

    __table_args__ = (sa.UniqueConstraint("slug", "number"),)

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(max_length=64)
    number: int
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT")
    document: str = Field(sa_type=sa.Text)
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: int | None = Field(default=None, foreign_key="person.id", ondelete="RESTRICT")


class TrainingRound(SQLModel, table=True):
    """One person going through one version; the round with ``number`` 1 is the paid one."""

    __tablename__ = "training_round"
    # Two starts at once, from two tabs or devices, cannot both be the paid one.
    __table_args__ = (sa.UniqueConstraint("person_id", "training_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    training_id: int = Field(foreign_key="training.id", ondelete="RESTRICT", index=True)
    number: int
    started_at: datetime = Field(sa_type=UtcDateTime)


class TrainingStep(SQLModel, table=True):
    """One step that was done, once: a page that was read or a pair that was judged.

    ``preference`` is 0 for a page, which asks for none.
    """

    __tablename__ = "training_step"
    # A first answer stands: the key is shown right after it.
    __table_args__ = (
        sa.UniqueConstraint("training_round_id", "position"),
        sa.CheckConstraint("preference BETWEEN -3 AND 3", name="preference_range"),
    )

    id: int = Field(default=None, primary_key=True)
    training_round_id: int = Field(foreign_key="training_round.id", ondelete="RESTRICT")
    position: int
    preference: int = 0
    done_at: datetime = Field(sa_type=UtcDateTime)


class TrainingResult(SQLModel, table=True):
    """How a round ended, written with its last step."""

    __tablename__ = "training_result"

    id: int = Field(default=None, primary_key=True)
    training_round_id: int = Field(
        foreign_key="training_round.id", ondelete="RESTRICT", unique=True
    )
    n_right: int
    n_items: int
    is_passed: bool
    finished_at: datetime = Field(sa_type=UtcDateTime)
