"""Let researchers write what only a person can say of a project's data."""

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.releasing.dossier.statements import (
    HINTS,
    STATEMENT_SCHEMA,
    WRITTEN_FIELDS,
    Statement,
    statement_from_json,
)
from evalhub.core.releasing.dossier.vocabulary import WORDS
from evalhub.errors import BadInput, Problem, StaleForm
from evalhub.rim.fields import whole_number
from evalhub.services.projects.finding import READERS, get_project
from evalhub.services.releasing.statements import WRITERS, list_statements, write_statement
from evalhub.web.context import current_actor, current_session, now, only_read, requires
from evalhub.web.language import _
from evalhub.web.problems import problems_of, status_of

bp = Blueprint("statements", __name__, url_prefix="/projects")


@bp.get("/<slug>/statement")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show the statement in force and those before it; researchers see the form."""
    return _page(slug)


@bp.post("/<slug>/statement")
@requires(*WRITERS)
def write(slug: str) -> ResponseReturnValue:
    """Append a version of the statement."""
    sent = _sent()
    try:
        written = write_statement(
            slug,
            statement_from_json({"schema": STATEMENT_SCHEMA, **sent}, where="the form"),
            over=whole_number(request.form.get("number", ""), where="version"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, StaleForm) as error:
        only_read()
        return _page(slug, sent, problems_of(error)), status_of(error)
    flash(
        _("Version %(number)s is in force. The next release holds it.", number=written.number),
        "good",
    )
    return redirect(url_for("statements.show", slug=slug), code=303)


def _page(slug: str, sent: dict[str, str] | None = None, problems: tuple[Problem, ...] = ()) -> str:
    session = current_session()
    versions = list_statements(slug, session=session)
    current = versions[0] if versions else None
    stored = current.statement if current else Statement()
    return render_template(
        "projects/statement.html",
        project=get_project(slug, session=session),
        versions=versions,
        # Over the version in force now: who was overtaken has read of it beside their own words.
        number=current.number if current else 0,
        names=WRITTEN_FIELDS,
        words=WORDS,
        hints=HINTS,
        texts=sent or {name.value: stored.text(name) for name in WRITTEN_FIELDS},
        problems=problems,
        can_write=current_actor().has(*WRITERS),
    )


def _sent() -> dict[str, str]:
    """Return every text of the form with the line ends that are stored."""
    return {
        one.name: request.form.get(one.name, "").replace("\r\n", "\n").strip()
        for one in fields(Statement)
    }
