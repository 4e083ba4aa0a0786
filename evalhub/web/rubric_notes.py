"""Let experts say what is unclear in a rubric or propose better, and let others decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.rubrics.notes import (
    MAX_CREDIT,
    MAX_WORDS,
    MIN_WORDS,
    NewNote,
    NoteKind,
    NoteState,
    next_states,
)
from evalhub.errors import BadInput, Conflict, Immutable, Problem
from evalhub.services.rubric_notes.deciding import OWNERS, decide, draft_of, make_version
from evalhub.services.rubric_notes.reading import KEEPERS, Note, get_note, notes_on, own_notes
from evalhub.services.rubric_notes.writing import WRITERS, add_note, own_comparisons
from evalhub.services.rubric_translations import list_languages
from evalhub.services.rubrics import get_rubric, list_versions
from evalhub.web import rubric_note_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _
from evalhub.web.sent import picked, sent_form

bp = Blueprint("rubric_notes", __name__)


@dataclass(frozen=True, slots=True)
class NoteForm:
    """Hold the fields of a note as they were typed."""

    kind: str = ""
    criterion: str = ""
    words: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """Hold the fields of a decision as they were typed; ``text`` is a version's file."""

    state: str = ""
    words: str = ""
    version: str = ""
    text: str = ""


@bp.get("/rubrics/<rubric_id>/<version>/note")
@requires(*WRITERS)
def prepare(rubric_id: str, version: str) -> ResponseReturnValue:
    """Show the form of a report or a proposal."""
    asked = NoteForm(criterion=request.args.get("criterion", ""), kind=request.args.get("kind", ""))
    return _form_page(rubric_id, version, asked, request.args.getlist("about"))


@bp.post("/rubrics/<rubric_id>/<version>/note")
@requires(*WRITERS)
def write(rubric_id: str, version: str) -> ResponseReturnValue:
    """Keep a report or a proposal."""
    form, tokens = sent_form(NoteForm), tuple(dict.fromkeys(request.form.getlist("about")))
    try:
        note = NewNote(
            picked(form.kind, NoteKind, where="kind"),
            form.criterion,
            form.words,
            form.credit,
            tokens,
        )
        add_note(rubric_id, version, note, person_id=own_id(), session=current_session(), now=now())
    except BadInput as error:
        return refused(partial(_form_page, rubric_id, version, form, tokens), error)
    return done(
        _("Thank you, it is kept. You will read here what comes of it."),
        url_for("rubric_notes.show_own"),
    )


@bp.get("/work/notes")
@requires()
def show_own() -> ResponseReturnValue:
    """List what the person said of rubrics, and what came of it."""
    notes = own_notes(session=current_session(), actor=current_actor())
    return render_template("rubrics/own_notes.html", notes=notes, say=say)


@bp.get("/rubrics/<rubric_id>/notes")
@requires(*KEEPERS)
def show_all(rubric_id: str) -> ResponseReturnValue:
    """List all notes on a rubric, those that wait for a decision first."""
    session = current_session()
    versions = list_versions(rubric_id, session=session)
    return render_template(
        "rubrics/notes.html",
        rubric=get_rubric(rubric_id, versions[0], session=session).rubric,
        notes=notes_on(rubric_id, session=session, actor=current_actor()),
        say=say,
    )


@bp.get("/rubrics/<rubric_id>/notes/<public_id>")
@requires()
def show(rubric_id: str, public_id: str) -> ResponseReturnValue:
    """Show one note, with what can be decided about it."""
    return _note_page(rubric_id, public_id, DecisionForm())


@bp.post("/rubrics/<rubric_id>/notes/<public_id>")
@requires(*KEEPERS)
def settle(rubric_id: str, public_id: str) -> ResponseReturnValue:
    """Decide about a note, with a reason."""
    form = sent_form(DecisionForm)
    try:
        decide(
            public_id,
            picked(form.state, NoteState, where="state"),
            words=form.words,
            version=form.version,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_note_page, rubric_id, public_id, form), error)
    return done(
        _("It is decided, and its author reads why."),
        url_for("rubric_notes.show", rubric_id=rubric_id, public_id=public_id),
    )


@bp.get("/rubrics/<rubric_id>/notes/<public_id>/version")
@requires(*OWNERS)
def draft(rubric_id: str, public_id: str) -> ResponseReturnValue:
    """Show the text of the next version, for its owner to change.

    A note that was decided about shows its own page, where the decision stands.
    """
    note = get_note(rubric_id, public_id, session=current_session(), actor=current_actor())
    if NoteState.TAKEN_UP not in next_states(note.kind, note.state):
        return redirect(url_for("rubric_notes.show", rubric_id=rubric_id, public_id=public_id), 303)
    text = draft_of(
        rubric_id,
        public_id,
        session=current_session(),
        actor=current_actor(),
        day=now().date().isoformat(),
    )
    return _draft_page(rubric_id, public_id, DecisionForm(text=text))


@bp.post("/rubrics/<rubric_id>/notes/<public_id>/version")
@requires(*OWNERS)
def store(rubric_id: str, public_id: str) -> ResponseReturnValue:
    """Store the version that takes a note up."""
    form = sent_form(DecisionForm)
    try:
        stored = make_version(
            public_id,
            # A browser sends every line of a text field with a carriage return.
            form.text.replace("\r\n", "\n") + "\n",
            words=form.words,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict, Immutable) as error:
        return refused(partial(_draft_page, rubric_id, public_id, form), error)
    version = stored.view.rubric.version
    return done(
        _("Version %(version)s is stored and names what it takes up.", version=version),
        url_for("rubrics.show", rubric_id=rubric_id, version=version),
    )


def _form_page(
    rubric_id: str,
    version: str,
    form: NoteForm,
    tokens: Sequence[str],
    problems: Sequence[Problem] = (),
) -> str:
    session = current_session()
    return render_template(
        "rubrics/note_form.html",
        rubric=get_rubric(rubric_id, version, session=session).rubric,
        comparisons=own_comparisons(
            rubric_id, person_id=own_id(), session=session, first=tuple(tokens)
        ),
        form=form,
        tokens=tokens,
        least=MIN_WORDS,
        most=MAX_WORDS,
        longest_credit=MAX_CREDIT,
        problems=problems,
        say=say,
    )


def _note_page(
    rubric_id: str, public_id: str, form: DecisionForm, problems: Sequence[Problem] = ()
) -> str:
    session, actor = current_session(), current_actor()
    note = get_note(rubric_id, public_id, session=session, actor=actor)
    is_owner = actor.has(*OWNERS)
    return render_template(
        "rubrics/note.html",
        note=note,
        rubric=get_rubric(rubric_id, note.version, session=session).rubric,
        versions=list_versions(rubric_id, session=session),
        outcomes=_outcomes(note, is_owner=is_owner),
        is_owner=is_owner,
        form=form,
        problems=problems,
        say=say,
    )


def _outcomes(note: Note, *, is_owner: bool) -> tuple[NoteState, ...]:
    """Return what the reader may decide now; what they said themselves is for others."""
    if note.is_own or not current_actor().has(*KEEPERS):
        return ()
    found = next_states(note.kind, note.state)
    if is_owner:
        return found
    return () if note.kind.is_proposal else tuple(s for s in found if s is not NoteState.TAKEN_UP)


def _draft_page(
    rubric_id: str, public_id: str, form: DecisionForm, problems: Sequence[Problem] = ()
) -> str:
    session, actor = current_session(), current_actor()
    note = get_note(rubric_id, public_id, session=session, actor=actor)
    newest = get_rubric(rubric_id, list_versions(rubric_id, session=session)[0], session=session)
    return render_template(
        "rubrics/note_version.html",
        note=note,
        rubric=get_rubric(rubric_id, note.version, session=session).rubric,
        newest=newest.rubric.version,
        translated_into=list_languages(newest.row_id, session=session),
        form=form,
        problems=problems,
        say=say,
    )
