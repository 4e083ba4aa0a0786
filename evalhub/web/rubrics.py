"""Show rubrics in full to everybody who works with them, and take in new versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.rubrics.translations import is_translation, translated
from evalhub.core.rubrics.words import speaks
from evalhub.errors import BadInput, Immutable, Problem
from evalhub.services.rubric_notes.reading import KEEPERS, notes_on
from evalhub.services.rubric_notes.writing import WRITERS
from evalhub.services.rubric_translations import (
    find_translation,
    list_languages,
    store_translation,
)
from evalhub.services.rubrics import get_rubric, list_rubrics, list_versions, store_rubric
from evalhub.web import rubric_note_words as say
from evalhub.web.answering import refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import _, current_language
from evalhub.web.rubric_words import OVERRIDES, condition_words, words
from evalhub.web.uploaded import name_of

bp = Blueprint("rubrics", __name__, url_prefix="/rubrics")
MAKERS = (Role.RESEARCHER, Role.ADMIN)


@bp.get("")
@requires()
def show_all() -> ResponseReturnValue:
    """List the rubrics."""
    return _list()


@bp.post("")
@requires(*MAKERS)
def upload() -> ResponseReturnValue:
    """Store a rubric file as a version."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _refuse(BadInput.at("file", "is missing; choose a rubric file"))
    try:
        stored = _store(sent.stream.read(), where=name_of(sent))
    except (BadInput, Immutable) as error:
        return _refuse(error)
    if stored.is_new:
        flash(_("%(name)s is stored.", name=stored.name), "good")
    else:
        flash(_("%(name)s was there already, with the same text.", name=stored.name), "caution")
    return redirect(
        url_for("rubrics.show", rubric_id=stored.rubric_id, version=stored.version), code=303
    )


@bp.get("/<rubric_id>")
@requires()
def show_newest(rubric_id: str) -> ResponseReturnValue:
    """Lead to a version: the one asked for, else the newest."""
    versions = list_versions(rubric_id, session=current_session())
    asked = request.args.get("version")
    # An old link to a version that was never stored leads to the newest rather than nowhere.
    version = asked if asked in versions else versions[0]
    return redirect(url_for("rubrics.show", rubric_id=rubric_id, version=version))


@bp.get("/<rubric_id>/<version>")
@requires()
def show(rubric_id: str, version: str) -> ResponseReturnValue:
    """Show one version in full, in the reader's language where it is translated into it."""
    session, language = current_session(), current_language()
    view = get_rubric(rubric_id, version, session=session)
    translation = find_translation(view.row_id, language, session=session)
    may_translate = translation is not None and not speaks(view.rubric.locale, language)
    is_translated = may_translate and request.args.get("words") != "original"
    return render_template(
        "rubrics/show.html",
        view=view,
        rubric=translated(view.rubric, translation if is_translated else None),
        is_translated=is_translated,
        may_translate=may_translate,
        translators=translation.head.authors if translation else (),
        translated_into=list_languages(view.row_id, session=session),
        versions=list_versions(rubric_id, session=session),
        notes=notes_on(rubric_id, session=session, actor=current_actor()),
        reads_all=current_actor().has(*KEEPERS),
        may_write=current_actor().has(*WRITERS),
        say=say,
        condition_words=condition_words,
        words=words,
        overrides=OVERRIDES,
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    """Hold what an upload came to: where it is shown now, and what it is called."""

    rubric_id: str
    version: str
    name: str
    is_new: bool


def _store(text: bytes, *, where: str) -> _Stored:
    """Store a rubric or a translation of one, by what the file calls itself."""
    session, actor = current_session(), current_actor()
    if is_translation(text):
        done = store_translation(text, where=where, session=session, actor=actor, now=now())
        head = done.translation.head
        name = f"{done.title} {head.version} ({head.language})"
        return _Stored(head.rubric, head.version, name, done.is_new)
    stored = store_rubric(text, where=where, session=session, actor=actor, now=now())
    rubric = stored.view.rubric
    return _Stored(rubric.id, rubric.version, f"{rubric.title} {rubric.version}", stored.is_new)


def _refuse(error: BadInput | Immutable) -> ResponseReturnValue:
    """List the rubrics beside what is wrong, without the writer's place, which others wait for."""
    return refused(_list, error)


def _list(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "rubrics/list.html",
        problems=problems,
        rubrics=list_rubrics(session=current_session()),
        may_upload=current_actor().has(*MAKERS),
    )
