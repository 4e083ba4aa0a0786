"""Let researchers write what only a person can say of a project's data."""

from dataclasses import fields
from functools import partial

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
from evalhub.web.answering import refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import N_, _

bp = Blueprint("statements", __name__, url_prefix="/projects")

SAID = (
    N_("Who answers for it"),
    N_("The person or office that answers questions about the data."),
    N_("What a vote measures"),
    N_("What it means that an expert prefers one answer, and what it does not."),
    N_("Design choices"),
    N_("Why these prompts, models, experts, rubric and overlap."),
    N_("Assumptions"),
    N_("What must hold for a preference to stand for what it is taken for."),
    N_("Original purpose of personal data"),
    N_("What prompts that came from people were first written for."),
    N_("Intended uses"),
    N_("What a model may be trained or evaluated for with it."),
    N_("Unsuitable uses"),
    N_("What it must not be used for, and why."),
    N_("Comment on the examination"),
    N_("What you make of the differences and effects that were found."),
    N_("What people did about bias"),
    N_("What was done about them, such as more experts of a group."),
    N_("Known limits"),
    N_("What is missing, uneven or known to be wrong."),
    N_("Whom it could help or harm"),
    N_("Whom a model trained on it could help or harm."),
    N_("Maintenance plan"),
    N_("Who corrects errors, how they are reported, when it is renewed."),
    N_("Retention"),
    N_("How long judgments, accounts and releases are kept."),
    N_("Security contact"),
    N_("Whom to tell about a leak or a vulnerability."),
)
"""What the fields of a statement are called and ask for. The words themselves stand in the core,
for releases print them in English; they are listed so that pages can say them in every language."""


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
        return refused(partial(_page, slug, sent), error)
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
