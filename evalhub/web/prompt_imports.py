"""Follow imports of prompt sets by workers, stop them and try them again."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.prompts.imports import ImportStage
from evalhub.core.queued_work import WorkStatus
from evalhub.errors import Conflict, Problem
from evalhub.rim.routing import page_number
from evalhub.services.prompt_sets.imports import (
    LISTED,
    ImportView,
    cancel_import,
    get_import,
    list_imports,
    retry_import,
)
from evalhub.web.answering import refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import N_, _
from evalhub.web.queued_work import advice_for, state_of

bp = Blueprint("prompt_imports", __name__, url_prefix="/prompt-imports")
MAKERS = (Role.RESEARCHER, Role.ADMIN)

STAGES = {
    ImportStage.READING: N_("Reading the rows"),
    ImportStage.COMPARING: N_("Looking for rows that repeat others"),
    ImportStage.PREPARING: N_("Preparing the rows"),
    ImportStage.FREEZING: N_("Freezing the version"),
}
"""What a page says of each stage."""


@bp.get("")
@requires(*MAKERS)
def list_all() -> ResponseReturnValue:
    """List imports, the newest first."""
    number = page_number(request.args.get("page"))
    # One more than is shown tells whether there is a next page, without counting all.
    found = list_imports(session=current_session(), limit=LISTED + 1, offset=(number - 1) * LISTED)
    return render_template(
        "prompt_sets/imports.html",
        imports=found[:LISTED],
        number=number,
        has_more=len(found) > LISTED,
    )


@bp.get("/<public_id>")
@requires(*MAKERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show how far an import has come, or what came of it."""
    return _import_page(public_id)


@bp.get("/<public_id>/progress.json")
@requires(*MAKERS)
def show_progress(public_id: str) -> ResponseReturnValue:
    """Give the figures of the page, for the script that keeps it fresh."""
    found = _get(public_id)
    return jsonify(state=state_of(found), n_done=found.n_done, n_wanted=0)


@bp.post("/<public_id>/cancel")
@requires(*MAKERS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop an import, or delete the file of one that failed; nothing is kept of it."""
    try:
        cancel_import(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    if _get(public_id).status is WorkStatus.FAILED:
        flash(_("The file is deleted."), "good")
    else:
        flash(_("The import is cancelled. Nothing was imported."), "good")
    return _to_import(public_id)


@bp.post("/<public_id>/retry")
@requires(*MAKERS)
def retry(public_id: str) -> ResponseReturnValue:
    """Start an import anew whose process is gone."""
    try:
        retry_import(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    return _to_import(public_id)


def _to_import(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("prompt_imports.show", public_id=public_id), code=303)


def _refuse(public_id: str, error: Conflict) -> ResponseReturnValue:
    """Show the import as it is by now, with why the button that was pressed did nothing."""
    return refused(partial(_import_page, public_id), error)


def _get(public_id: str) -> ImportView:
    return get_import(public_id, session=current_session())


def _import_page(public_id: str, refusals: Sequence[Problem] = ()) -> str:
    found = _get(public_id)
    return render_template(
        "prompt_sets/import.html",
        found=found,
        stage=_(STAGES[found.stage]),
        state=state_of(found),
        advice=advice_for(found),
        problems=found.problems,
        refusals=refusals,
    )
