"""Give every template the frame's values: who is signed in, the navigation, assets, formats."""

import hashlib
from pathlib import Path

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup

from evalhub.core.wording import counted
from evalhub.web import formats, wording
from evalhub.web.context import find_current
from evalhub.web.navigation import Entry, entries_for, is_here


def fit_templates(app: Flask) -> None:
    """Install the frame's functions and filters; an unknown name in a template is an error."""
    # A misspelt name would otherwise print nothing, and a page would say less than it should
    # without anybody noticing.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        bound=formats.bound,
        day=formats.day,
        moment=formats.moment,
        number=formats.number,
        counted=counted,
        short_hash=formats.short_hash,
        code_words=formats.code_words,
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

    app.jinja_env.globals.update(asset=asset, csrf_field=csrf_field)
    app.context_processor(frame)


def frame() -> dict[str, object]:
    """Return what ``base.html`` shows around a page."""
    me = find_current()
    entries = entries_for(me.actor) if me else []
    return {"me": me, "nav": entries, "here": _here(entries)}


def csrf_field() -> Markup:
    """Return the hidden field that every form that is posted carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def asset_versions(folder: Path) -> dict[str, str]:
    """Return the start of each static file's hash, so that a changed file has a new address."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }


def _here(entries: list[Entry]) -> Entry | None:
    return next((entry for entry in entries if is_here(entry, request.path)), None)
