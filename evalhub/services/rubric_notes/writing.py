"""Keep a report or a proposal about a rubric, with the comparisons that show it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Role
from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.prompts.records import Prompt
from evalhub.core.rubrics.notes import NewNote, check_note
from evalhub.db import tables as t
from evalhub.db.models import RubricNote, RubricNotePair, RubricNoteStep
from evalhub.errors import BadInput, Sentence
from evalhub.services.accounts.tokens import new_public_id
from evalhub.services.locks import lock
from evalhub.services.rubric_notes.reading import KEEPERS
from evalhub.services.rubrics import get_rubric

WRITERS = (Role.ANNOTATOR, Role.REVIEWER, *KEEPERS)
"""Who judges by a rubric or looks after one, and so may say what is unclear in it."""
MOST_OFFERED = 20
"""So many of somebody's last comparisons are offered to point at."""


@dataclass(frozen=True, slots=True)
class OwnComparison:
    """Hold one comparison of a note's author, which names no model."""

    token: str
    project_title: str
    prompt: Prompt
    leased_at: datetime


def add_note(
    rubric_id: str,
    version: str,
    note: NewNote,
    *,
    person_id: int,
    session: Session,
    now: datetime,
) -> str:
    """Keep what somebody says of a version of a rubric and return its id.

    Nothing else is written: no assignment, level, score or entry of the ledger knows of it, so
    saying that a rule is unclear costs nothing. Raise ``NotFound`` for an unknown version and
    ``BadInput`` with every broken rule, also for a comparison that is not the author's or was
    made under another rubric. The same again is the note that waits already.
    """
    view = get_rubric(rubric_id, version, session=session)
    note = replace(note, credit=" ".join(note.credit.split()))
    problems = check_note(note, {one.id for one in view.rubric.criteria})
    if problems:
        raise BadInput(problems)
    pair_ids = _pairs(rubric_id, note.tokens, person_id, session)
    # A button pressed twice sends twice, and of two at once neither would see the other.
    lock(f"rubric notes of {person_id}", session=session)
    if known := _waiting(view.row_id, person_id, note, pair_ids, session):
        return known
    row = RubricNote(
        public_id=new_public_id(),
        rubric_version_id=view.row_id,
        person_id=person_id,
        kind=note.kind,
        criterion=note.criterion,
        words=plain_words(note.words),
        credit=note.credit,
        written_at=now,
    )
    session.add(row)
    session.flush()
    for pair_id in pair_ids:
        session.add(RubricNotePair(rubric_note_id=row.id, pair_id=pair_id))
    session.flush()
    return row.public_id


def own_comparisons(
    rubric_id: str, *, person_id: int, session: Session, first: Sequence[str] = ()
) -> list[OwnComparison]:
    """Return somebody's last comparisons under a rubric, those named by ``first`` before the rest.

    What is in hand is among them: that is where a rule turns out to be unclear.
    """
    own = _own(rubric_id, person_id).add_columns(
        t.assignment.c.token,
        t.assignment.c.leased_at,
        t.project.c.title,
        t.prompt.c.document,
    )
    is_first = t.assignment.c.token.in_(first)
    query = (
        own.join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .order_by(sa.case((is_first, 0), else_=1), t.assignment.c.id.desc())
        .limit(MOST_OFFERED)
    )
    rows = session.connection().execute(query)
    return [
        OwnComparison(row.token, row.title, prompt_from_document(row.document), row.leased_at)
        for row in rows
    ]


def _waiting(
    version_id: int, person_id: int, note: NewNote, pair_ids: Sequence[int], session: Session
) -> str | None:
    """Return the id of the same note by the same person that nobody has decided about."""
    query = (
        select(RubricNote)
        .outerjoin(RubricNoteStep, col(RubricNoteStep.rubric_note_id) == RubricNote.id)
        .where(
            RubricNote.rubric_version_id == version_id,
            RubricNote.person_id == person_id,
            RubricNote.kind == note.kind,
            RubricNote.criterion == note.criterion,
            RubricNote.words == plain_words(note.words),
            RubricNote.credit == note.credit,
            col(RubricNoteStep.id).is_(None),
        )
    )
    for row in session.exec(query):
        shown = select(RubricNotePair.pair_id).where(RubricNotePair.rubric_note_id == row.id)
        if set(session.exec(shown)) == set(pair_ids):
            return row.public_id
    return None


def _pairs(
    rubric_id: str, tokens: Sequence[str], person_id: int, session: Session
) -> Sequence[int]:
    """Return the pairs of somebody's comparisons, each once."""
    wanted = set(tokens)
    if not wanted:
        return ()
    query = _own(rubric_id, person_id).add_columns(t.assignment.c.token)
    found = session.connection().execute(query.where(t.assignment.c.token.in_(wanted))).all()
    if {row.token for row in found} != wanted:
        rule = Sentence("names a comparison that you did not make under this rubric")
        raise BadInput.at("pairs", rule)
    # Somebody whose lease ran out may have had the same pair twice.
    return sorted({row.pair_id for row in found})


def _own(rubric_id: str, person_id: int) -> "sa.Select[int]":
    return (
        sa.select(t.pair.c.id.label("pair_id"))
        .select_from(t.assignment)
        .join(t.pair, t.pair.c.id == t.assignment.c.pair_id)
        .join(t.project, t.project.c.id == t.assignment.c.project_id)
        .join(t.rubric_version, t.rubric_version.c.id == t.project.c.rubric_version_id)
        .where(
            t.assignment.c.person_id == person_id,
            # By the project's rubric of now: its terms may move to another version of the same one
            # and never to another rubric.
            t.rubric_version.c.rubric_id == rubric_id,
        )
    )
