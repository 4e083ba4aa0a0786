"""Give every template the frame's values: who is signed in, the navigation, assets, formats."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from evalhub.core.releasing.dossier.wording import figure_line
from evalhub.rim.state import READING_METHODS
from evalhub.web import formats, language, release_words, wording
from evalhub.web.context import find_current
from evalhub.web.navigation import Entry, entries_for, is_here
from evalhub.web.redirects import has_page


def fit_templates(app: Flask) -> None:
    """Install the frame's functions and filters; an unknown name in a template is an error."""
    # A misspelt name would otherwise print nothing, and a page would say less than it should
    # without anybody noticing.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        bound=formats.english,
        worded=formats.worded,
        day=formats.day,
        moment=formats.moment,
        month=formats.month,
        money=formats.money,
        clock=formats.clock,
        number=language.number,
        decimal=language.decimal,
        with_comma=language.with_comma,
        translated=language.translated,
        counted=wording.counted,
        word=wording.word,
        figure_line=figure_line,
        p_words=release_words.p_words,
        span_words=release_words.span_words,
        titled=release_words.titled,
        short_hash=formats.short_hash,
        code_words=formats.code_words,
        sentence=formats.sentence,
        place_words=wording.place_words,
        role_name=wording.role_name,
        role_note=wording.role_note,
        scope_note=wording.scope_note,
        origin_name=wording.origin_name,
        browser_name=wording.browser_name,
    )
    versions = asset_versions(Path(app.static_folder or ""))

    def asset(name: str) -> str:
        # Not url_for: the page about a request whose host makes no sense needs its style too.
        return f"{app.static_url_path}/{name}?v={versions[name]}"

    app.jinja_env.globals.update(asset=asset, csrf_field=csrf_field, script_words=script_words)
    app.context_processor(frame)


def frame() -> dict[str, object]:
    """Return what ``base.html`` shows around a page."""
    me = find_current()
    entries = entries_for(me.actor) if me else []
    return {
        "me": me,
        "nav": entries,
        "here": _here(entries),
        "language": language.current_language(),
        "languages": language.LANGUAGES,
        "own_address": _own_address(),
    }


def csrf_field() -> Markup:
    """Return the hidden field that every form that is posted carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def script_words(*names: str) -> Markup:
    """Return what the scripts ``names`` say in the reader's language, as data that they read.

    It runs nothing, so the policy of scripts allows it in the page; in English there is none.
    """
    return _script_words(language.current_language(), names)


@cache
def _script_words(spoken: str, names: tuple[str, ...]) -> Markup:
    # Written once a process: a page of the form has some hundred such texts.
    words = [language.script_words(spoken, name) for name in names]
    held = {text: said for part in words for text, said in part.items()}
    if not held:
        return Markup()
    return Markup('<script type="application/json" data-words>{}</script>').format(
        htmlsafe_json_dumps(held, ensure_ascii=False)
    )


def asset_versions(folder: Path) -> dict[str, str]:
    """Return the start of each static file's hash, so that a changed file has a new address."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }


def _own_address() -> str:
    """Return where to come back to after choosing a language; the start where no page stands."""
    if request.method in READING_METHODS:
        return request.full_path.rstrip("?")
    return request.path if has_page() else "/"


def _here(entries: list[Entry]) -> Entry | None:
    return next((entry for entry in entries if is_here(entry, request.path)), None)
