"""Read what experts said of rubrics, and what came of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Actor, Role
from evalhub.core.rubrics.notes import ACCEPTED, PROPOSALS, NoteKind, NoteState, state_after
from evalhub.db import tables as t
from evalhub.errors import NotFound, Sentence

Item = TypeVar("Item")
KEEPERS = (Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN)
"""Who reads all notes; coordinators answer questions, and rubrics are changed by their owners."""
TOLD_FOR = timedelta(days=14)
"""How long an outcome stands on its author's list of work."""


@dataclass(frozen=True, slots=True)
class NotePair:
    """Name a pair that shows what a note is about, by its project and prompt."""

    project: str
    project_title: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold one decision about a note; ``version`` is the one that took it up, else empty."""

    state: NoteState
    words: str
    version: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """Hold one note by the name that its author chose, or by none."""

    public_id: str
    rubric_id: str
    rubric_title: str
    version: str
    kind: NoteKind
    criterion: str
    words: str
    credit: str
    written_at: datetime
    is_own: bool
    pairs: tuple[NotePair, ...]
    decisions: tuple[Decision, ...]

    @property
    def state(self) -> NoteState:
        """Return how it stands."""
        return state_after([one.state for one in self.decisions])

    @property
    def taken_up_in(self) -> str:
        """Return the version that holds it, or nothing."""
        return self.decisions[-1].version if self.decisions else ""

    @property
    def is_public(self) -> bool:
        """Tell whether everybody who works with the rubric reads it.

        Questions that were answered and changes that were made help others to judge. What is open
        may speak of a comparison that somebody else is still to make.
        """
        return self.state in {NoteState.ANSWERED, NoteState.TAKEN_UP}


def notes_on(rubric_id: str, *, session: Session, actor: Actor) -> list[Note]:
    """Return the notes on all versions of a rubric that the actor may read, open ones first.

    Keepers read all; everybody reads their own and those that are public.
    """
    found = _notes(t.rubric_version.c.rubric_id == rubric_id, actor, session)
    read = [one for one in found if actor.has(*KEEPERS) or one.is_own or one.is_public]
    return sorted(read, key=lambda one: one.state is not NoteState.OPEN)


def get_note(rubric_id: str, public_id: str, *, session: Session, actor: Actor) -> Note:
    """Return one note; raise ``NotFound`` for one that is not there or not for the actor."""
    is_it = sa.and_(
        t.rubric_note.c.public_id == public_id, t.rubric_version.c.rubric_id == rubric_id
    )
    for one in _notes(is_it, actor, session):
        if actor.has(*KEEPERS) or one.is_own or one.is_public:
            return one
    raise NotFound(Sentence("There is no such note for you to read."))


def own_notes(*, session: Session, actor: Actor) -> list[Note]:
    """Return what the actor said of rubrics, the newest first."""
    return _notes(t.rubric_note.c.person_id == actor.person_id, actor, session)


def list_open(*, session: Session, actor: Actor) -> list[Note]:
    """Return all notes that wait for a decision, the oldest first."""
    decided = sa.select(t.rubric_note_step.c.rubric_note_id)
    return _notes(t.rubric_note.c.id.not_in(decided), actor, session)[::-1]


def n_decided_lately(person_id: int, *, session: Session, now: datetime) -> int:
    """Return how many of somebody's notes were decided about in the last fourteen days."""
    step = t.rubric_note_step.c
    query = (
        sa.select(sa.func.count(sa.distinct(step.rubric_note_id)))
        .join(t.rubric_note, t.rubric_note.c.id == step.rubric_note_id)
        .where(t.rubric_note.c.person_id == person_id, step.decided_at > now - TOLD_FOR)
    )
    n: int = session.connection().execute(query).scalar_one()
    return n


def accepted_by_domain(person_id: int, *, session: Session) -> dict[str, int]:
    """Return how many proposals of a person were accepted, by the domain of the rubric."""
    step = t.rubric_note_step.c
    query = (
        sa.select(
            t.rubric_version.c.domain,
            sa.func.count(sa.distinct(t.rubric_note.c.id)).label("n"),
        )
        .select_from(t.rubric_note)
        .join(t.rubric_version, t.rubric_version.c.id == t.rubric_note.c.rubric_version_id)
        .join(t.rubric_note_step, step.rubric_note_id == t.rubric_note.c.id)
        .where(
            t.rubric_note.c.person_id == person_id,
            t.rubric_note.c.kind.in_(PROPOSALS),
            step.state.in_(ACCEPTED),
        )
        .group_by(t.rubric_version.c.domain)
    )
    return {row.domain: row.n for row in session.connection().execute(query)}


def _notes(which: "sa.ColumnElement[bool]", actor: Actor, session: Session) -> list[Note]:
    """Return the notes for which a condition holds, the newest first, in three statements."""
    note, version = t.rubric_note.c, t.rubric_version.c
    rows = (
        session.connection()
        .execute(
            sa.select(t.rubric_note, version.rubric_id, version.title, version.version)
            .join(t.rubric_version, version.id == note.rubric_version_id)
            .where(which)
            .order_by(note.id.desc())
        )
        .all()
    )
    ids = [row.id for row in rows]
    pairs, decisions = _pairs(ids, session), _decisions(ids, session)
    return [_note(row, pairs, decisions, actor) for row in rows]


def _note(
    row: "sa.Row[*tuple[Any, ...]]",
    pairs: Mapping[int, Sequence[NotePair]],
    decisions: Mapping[int, Sequence[Decision]],
    actor: Actor,
) -> Note:
    return Note(
        public_id=row.public_id,
        rubric_id=row.rubric_id,
        rubric_title=row.title,
        version=row.version,
        kind=row.kind,
        criterion=row.criterion,
        words=row.words,
        credit=row.credit,
        written_at=row.written_at,
        is_own=row.person_id == actor.person_id,
        pairs=tuple(pairs.get(row.id, ())),
        decisions=tuple(decisions.get(row.id, ())),
    )


def _pairs(ids: Sequence[int], session: Session) -> dict[int, list[NotePair]]:
    linked = t.rubric_note_pair.c
    query = (
        sa.select(linked.rubric_note_id, t.project.c.slug, t.project.c.title, t.prompt.c.key)
        .join(t.pair, t.pair.c.id == linked.pair_id)
        .join(t.project, t.project.c.id == t.pair.c.project_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .where(linked.rubric_note_id.in_(ids))
        .order_by(linked.id)
    )
    return _grouped(
        (row.rubric_note_id, NotePair(row.slug, row.title, row.key))
        for row in session.connection().execute(query)
    )


def _decisions(ids: Sequence[int], session: Session) -> dict[int, list[Decision]]:
    step, version = t.rubric_note_step.c, t.rubric_version.c
    query = (
        sa.select(t.rubric_note_step, version.version)
        .outerjoin(t.rubric_version, version.id == step.rubric_version_id)
        .where(step.rubric_note_id.in_(ids))
        .order_by(step.number)
    )
    return _grouped(
        (row.rubric_note_id, Decision(row.state, row.words, row.version or "", row.decided_at))
        for row in session.connection().execute(query)
    )


def _grouped(rows: Iterator[tuple[int, Item]]) -> dict[int, list[Item]]:
    found: defaultdict[int, list[Item]] = defaultdict(list)
    for key, item in rows:
        found[key].append(item)
    return found
