"""Decide about what experts said of a rubric, and turn it into a new version of it."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor, Role
from evalhub.core.rubrics.drafts import draft_text
from evalhub.core.rubrics.notes import (
    NoteState,
    check_words,
    next_states,
    state_after,
)
from evalhub.core.rubrics.schema import Rubric, version_key
from evalhub.db.models import RubricNote, RubricNoteStep, RubricVersion
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services.audit import record
from evalhub.services.locks import lock
from evalhub.services.rubric_notes.reading import KEEPERS, get_note
from evalhub.services.rubrics import (
    StoredRubric,
    find_version,
    get_rubric,
    list_versions,
    store_rubric,
)

OWNERS = (Role.RESEARCHER, Role.ADMIN)
"""Who stores versions of rubrics, and so decides about proposals."""


def decide(
    public_id: str,
    state: NoteState,
    *,
    words: str,
    version: str = "",
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what becomes of a note, with a reason that its author reads.

    A note is taken up by a version that is stored already and later than the one it is about.
    Raise ``Forbidden`` for who does not decide and for its author, ``NotFound`` for an unknown
    note, ``Conflict`` for a step that its state does not have, and ``BadInput`` for words that say
    nothing or a version that cannot hold it.
    """
    if problems := check_words(words):
        raise BadInput(problems)
    note = _held(public_id, session)
    by = _decider(note, state, actor)
    taken_up_in = _later(note, version, session) if state is NoteState.TAKEN_UP else None
    step = RubricNoteStep(
        rubric_note_id=note.id,
        number=_next_number(note, state, session),
        state=state,
        words=plain_words(words),
        rubric_version_id=taken_up_in,
        decided_at=now,
        decided_by=by,
    )
    session.add(step)
    session.flush()
    record(
        f"rubric_note.{state.value}",
        session=session,
        actor=actor,
        subject=f"rubric_note:{note.public_id}",
        details={"version": version if taken_up_in else ""},
        now=now,
    )


def draft_of(rubric_id: str, public_id: str, *, session: Session, actor: Actor, day: str) -> str:
    """Return the text of the rubric's next version, with the note in its change log.

    It starts from the newest version, which may be later than the one the note is about. Raise
    ``Forbidden`` for who owns no rubrics and ``NotFound`` for an unknown note.
    """
    if not actor.has(*OWNERS):
        raise Forbidden(Sentence("Rubrics are changed by researchers and administrators."))
    note = get_note(rubric_id, public_id, session=session, actor=actor)
    newest = list_versions(rubric_id, session=session)[0]
    rubric = get_rubric(rubric_id, newest, session=session).rubric
    return draft_text(rubric, change=" ".join(note.words.split()), day=day)


def make_version(
    public_id: str,
    text: str,
    *,
    words: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> StoredRubric:
    """Store a version of the rubric that takes a note up, and tell its author; both or neither.

    The text is checked like any other: the step of its number must be a major one where answers
    mean something else. Raise as ``decide`` and ``store_rubric`` do, and ``BadInput`` for another
    rubric, for a version that was there already and for one that asks nothing else than the newest.
    """
    own = session.get_one(RubricVersion, _held(public_id, session).rubric_version_id)
    newest = list_versions(own.rubric_id, session=session)[0]
    before = get_rubric(own.rubric_id, newest, session=session).rubric
    stored = store_rubric(text, where="text", session=session, actor=actor, now=now)
    rubric = stored.view.rubric
    if rubric.id != own.rubric_id:
        rule = Sentence("must stay %(own)s, not %(other)s", own=own.rubric_id, other=rubric.id)
        raise BadInput.at("id", rule)
    if not stored.is_new:
        rule = Sentence("%(version)s is stored already", version=rubric.version)
        raise BadInput.at("version", rule)
    if _asks_the_same(rubric, before):
        # The draft as it was given: its author would be told that a version holds their words,
        # and only its change log would.
        rule = Sentence("asks what %(version)s asks; change what the note is about", version=newest)
        raise BadInput.at("text", rule)
    decide(
        public_id,
        NoteState.TAKEN_UP,
        words=words,
        version=rubric.version,
        session=session,
        actor=actor,
        now=now,
    )
    return stored


def _asks_the_same(new: Rubric, old: Rubric) -> bool:
    """Tell whether two versions differ in nothing but what they say about themselves."""
    return old == replace(
        new,
        version=old.version,
        status=old.status,
        reviewed_by=old.reviewed_by,
        changelog=old.changelog,
    )


def _held(public_id: str, session: Session) -> RubricNote:
    # Held to the end: of two who decide at once the second sees what the first decided.
    lock(f"rubric_note {public_id}", session=session)
    note = session.exec(select(RubricNote).where(RubricNote.public_id == public_id)).first()
    if note is None:
        raise NotFound(Sentence("There is no such note."))
    return note


def _decider(note: RubricNote, state: NoteState, actor: Actor) -> int:
    """Return who decides, or raise ``Forbidden``."""
    may_change = note.kind.is_proposal or state is NoteState.TAKEN_UP
    if actor.person_id is None or not actor.has(*(OWNERS if may_change else KEEPERS)):
        raise Forbidden(
            Sentence("Reports are answered by those who run projects, proposals by rubric owners.")
        )
    if note.person_id == actor.person_id:
        raise Forbidden(Sentence("What you said yourself is decided about by somebody else."))
    return actor.person_id


def _next_number(note: RubricNote, state: NoteState, session: Session) -> int:
    """Return the number of a note's next step; raise ``Conflict`` where ``state`` is none."""
    made = session.exec(
        select(RubricNoteStep.state)
        .where(RubricNoteStep.rubric_note_id == note.id)
        .order_by(col(RubricNoteStep.number))
    ).all()
    if state not in next_states(note.kind, state_after([NoteState(one) for one in made])):
        raise Conflict(
            Sentence("This was decided about already, or its kind has no such outcome. Look again.")
        )
    return len(made) + 1


def _later(note: RubricNote, version: str, session: Session) -> int:
    """Return the row of a version of the note's rubric that came after the note's own."""
    own = session.get_one(RubricVersion, note.rubric_version_id)
    found = find_version(own.rubric_id, version, session=session)
    if found is None or version_key(found.version) <= version_key(own.version):
        rule = Sentence(
            "%(version)s is no stored version of the rubric after %(own)s",
            version=repr(version[:40]),
            own=own.version,
        )
        raise BadInput.at("version", rule)
    return found.id
