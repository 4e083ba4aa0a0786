"""What experts say of rubrics, the pairs that show it, and what came of it; all append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from evalhub.core.rubrics.notes import NoteKind, NoteState
from evalhub.db.models.base import UtcDateTime, vocabulary


class RubricNote(SQLModel, table=True):
    """One report or proposal about a version; an empty ``criterion`` is about it as a whole.

    ``credit`` is the name by which its author wants to be thanked, empty for none.
    """

    __tablename__ = "rubric_note"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    rubric_version_id: int = Field(foreign_key="rubric_version.id", ondelete="RESTRICT", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="RESTRICT", index=True)
    kind: NoteKind = Field(sa_type=vocabulary(NoteKind))
    criterion: str = Field(default="", max_length=64)
    words: str = Field(sa_type=sa.Text)
    credit: str = Field(default="", max_length=80)
    written_at: datetime = Field(sa_type=UtcDateTime)


class RubricNotePair(SQLModel, table=True):
    """One pair of a note's author that shows what the note is about."""

    __tablename__ = "rubric_note_pair"
    __table_args__ = (sa.UniqueConstraint("rubric_note_id", "pair_id"),)

    id: int = Field(default=None, primary_key=True)
    rubric_note_id: int = Field(foreign_key="rubric_note.id", ondelete="RESTRICT")
    # Found from a project, whose pairs are asked again where somebody reported them.
    pair_id: int = Field(foreign_key="pair.id", ondelete="RESTRICT", index=True)


class RubricNoteStep(SQLModel, table=True):
    """One decision about a note; ``rubric_version_id`` is the version that took it up."""

    __tablename__ = "rubric_note_step"
    # Two who decide at once make one decision; the other is told.
    __table_args__ = (sa.UniqueConstraint("rubric_note_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    rubric_note_id: int = Field(foreign_key="rubric_note.id", ondelete="RESTRICT")
    number: int
    state: NoteState = Field(sa_type=vocabulary(NoteState))
    words: str = Field(sa_type=sa.Text)
    rubric_version_id: int | None = Field(
        default=None, foreign_key="rubric_version.id", ondelete="RESTRICT", index=True
    )
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int = Field(foreign_key="person.id", ondelete="RESTRICT")
