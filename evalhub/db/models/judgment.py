"""Judgments: append-only; a revision is a new row."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.db.models.base import UtcDateTime, vocabulary


class Judgment(SQLModel, table=True):
    """One annotator's verdict on one pair, as shown to them.

    ``choice`` and ``preference`` are in the orientation that was shown: A is response y
    when ``is_swapped``. The judgment in force is the one with the highest ``revision`` of
    its assignment. A database trigger refuses updates and deletes.
    """

    __table_args__ = (
        # Stands behind the lock on the assignment: two requests can never both append the next
        # revision.
        sa.UniqueConstraint("assignment_id", "revision"),
        # A row of a file becomes one judgment, however often its import is tried.
        sa.UniqueConstraint("import_id", "source_line"),
        sa.CheckConstraint("preference BETWEEN -3 AND 3", name="preference_range"),
        sa.Index(None, "project_id", "person_id"),
        # Counts what a project got since a given judgment without reading the others.
        sa.Index(None, "project_id", "id"),
        # The board is refreshed from the newest rows; without it each refresh would read them all.
        sa.Index(None, "project_id", "created_at"),
    )

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    project_id: int = Field(foreign_key="project.id", ondelete="RESTRICT")
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT")
    assignment_id: int | None = Field(
        default=None, foreign_key="assignment.id", ondelete="RESTRICT"
    )
    import_id: int | None = Field(
        default=None, foreign_key="judgment_import.id", ondelete="RESTRICT"
    )
    source_line: int | None = None
    revision: int = 1
    origin: JudgmentOrigin = Field(sa_type=vocabulary(JudgmentOrigin))
    annotator_kind: AnnotatorKind = Field(sa_type=vocabulary(AnnotatorKind))
    # Of its assignment, copied: every reader of judgments asks for it, and few join assignments.
    purpose: Purpose = Field(
        default=Purpose.WORK,
        sa_type=vocabulary(Purpose),
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("'work'")},
    )
    # With the judgment and not by its project: what a choice meant is what its rubric said that
    # day.
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT", index=True)
    # Which words of that version its author read: the rubric's own language or a translation's;
    # empty for what no page asked, as imported judgments, and for what is older than translations.
    rubric_language: str | None = Field(default=None, max_length=40)
    is_swapped: bool
    choice: Choice = Field(sa_type=vocabulary(Choice))
    preference: int | None = None
    confidence: int | None = None
    why: str = Field(default="", sa_type=sa.Text)
    answer: str = Field(sa_type=sa.Text)
    active_seconds: float | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    # The class alone: who holds which licence stays with the operator.
    credential_class: str | None = Field(default=None, max_length=64)
