"""Follow builds of releases, stop them and try them again."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.releasing.builds import BuildStage
from evalhub.errors import Conflict, Problem
from evalhub.rim.routing import page_number
from evalhub.services.releasing.buildable import BUILDERS
from evalhub.services.releasing.builds import (
    LISTED,
    BuildView,
    cancel_build,
    get_build,
    list_builds,
    retry_build,
)
from evalhub.web.answering import refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import N_, _
from evalhub.web.queued_work import advice_for, state_of

bp = Blueprint("builds", __name__, url_prefix="/release-builds")

STAGES = {
    BuildStage.INDEXING: N_("Reading the prompts"),
    BuildStage.COUNTING: N_("Reading the judgments"),
    BuildStage.LABELLING: N_("Fitting the labels"),
    BuildStage.WRITING: N_("Writing the files"),
    BuildStage.KEEPING: N_("Keeping the release"),
}
"""What a page says of each stage."""


@bp.get("")
@requires(*BUILDERS)
def list_all() -> ResponseReturnValue:
    """List builds, the newest first."""
    number = page_number(request.args.get("page"))
    # One more than is shown tells whether there is a next page, without counting all.
    found = list_builds(session=current_session(), limit=LISTED + 1, offset=(number - 1) * LISTED)
    return render_template(
        "releases/builds.html", builds=found[:LISTED], number=number, has_more=len(found) > LISTED
    )


@bp.get("/<public_id>")
@requires(*BUILDERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show how far a build has come, or what came of it."""
    return _build_page(public_id)


@bp.get("/<public_id>/progress.json")
@requires(*BUILDERS)
def show_progress(public_id: str) -> ResponseReturnValue:
    """Give the figures of the page, for the script that keeps it fresh."""
    build = _get(public_id)
    return jsonify(state=state_of(build), n_done=build.n_done, n_wanted=build.n_wanted)


@bp.post("/<public_id>/cancel")
@requires(*BUILDERS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop a build; nothing is kept of it."""
    try:
        cancel_build(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    flash(_("The build is cancelled. Nothing of it is kept."), "good")
    return _to_build(public_id)


@bp.post("/<public_id>/retry")
@requires(*BUILDERS)
def retry(public_id: str) -> ResponseReturnValue:
    """Start a build anew that ended without a release."""
    try:
        retry_build(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    return _to_build(public_id)


def _to_build(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("builds.show", public_id=public_id), code=303)


def _refuse(public_id: str, error: Conflict) -> ResponseReturnValue:
    """Show the build as it is by now, with why the button that was pressed did nothing."""
    return refused(partial(_build_page, public_id), error)


def _get(public_id: str) -> BuildView:
    return get_build(public_id, session=current_session())


def _build_page(public_id: str, problems: Sequence[Problem] = ()) -> str:
    build = _get(public_id)
    return render_template(
        "releases/build.html",
        build=build,
        stage=_(STAGES[build.stage]),
        state=state_of(build),
        advice=advice_for(build),
        refusals=problems,
    )
