"""Tell experts that they were taken off a project, hear their objections, and lift removals."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.credentials import MAX_REASON
from evalhub.core.removals import RemovalStep
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.services.projects.finding import MANAGERS, get_project
from evalhub.services.projects.lifting import answer_objection, lift, object_to
from evalhub.services.projects.removals import open_objections, own_removals, removals_in
from evalhub.web import removal_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.disputes import ANSWERERS
from evalhub.web.language import _
from evalhub.web.sent import picked

bp = Blueprint("removals", __name__)


@bp.get("/work/removals")
@requires()
def show_own() -> ResponseReturnValue:
    """List the projects that the person was taken off, with why and what was said of it."""
    return _own_page()


@bp.post("/work/removals/<int:removal_id>")
@requires()
def speak(removal_id: int) -> ResponseReturnValue:
    """Object to a removal, or appeal the refusal."""
    try:
        object_to(
            removal_id,
            words=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_own_page, removal_id), error)
    return done(
        _("It is sent. Below is by when it will be answered, by somebody else."),
        url_for("removals.show_own"),
    )


@bp.get("/removals")
@requires(*ANSWERERS)
def list_open() -> ResponseReturnValue:
    """List the objections that wait for the reader's answer, the most urgent first."""
    return _queue_page()


@bp.post("/removals/<int:removal_id>")
@requires(*ANSWERERS)
def decide(removal_id: int) -> ResponseReturnValue:
    """Uphold or reject an objection."""
    try:
        answer_objection(
            removal_id,
            picked(request.form.get("step", ""), RemovalStep, where="step"),
            words=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_queue_page, removal_id), error)
    return done(
        _("The objection is answered, and the expert reads why."), url_for("removals.list_open")
    )


@bp.get("/projects/<slug>/removals")
@requires(*MANAGERS)
def show_project(slug: str) -> ResponseReturnValue:
    """List who is kept away from a project."""
    return _project_page(slug)


@bp.post("/projects/<slug>/removals/<int:removal_id>/lift")
@requires(*MANAGERS)
def take_back(slug: str, removal_id: int) -> ResponseReturnValue:
    """Lift a removal."""
    try:
        is_back = lift(
            removal_id,
            slug=slug,
            words=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_project_page, slug, removal_id), error)
    back, free = (
        _("The removal is lifted, and the expert is on the project again."),
        _("The removal is lifted; it keeps the expert away no longer."),
    )
    return done(back if is_back else free, url_for("removals.show_project", slug=slug))


def _own_page(refused: int = 0, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "removals/own.html",
        removals=own_removals(own_id(), session=current_session(), now=now()),
        **_form(refused, problems),
    )


def _queue_page(refused: int = 0, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "removals/list.html",
        removals=open_objections(actor=current_actor(), session=current_session(), now=now()),
        **_form(refused, problems),
    )


def _project_page(slug: str, refused: int = 0, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    project = get_project(slug, session=session)
    return render_template(
        "removals/project.html",
        project=project,
        removals=removals_in(project, session=session, now=now()),
        **_form(refused, problems),
    )


def _form(refused: int, problems: Sequence[Problem]) -> dict[str, object]:
    """Return what the forms of all three pages need to come back as they were sent."""
    return {
        "refused": refused,
        "problems": problems,
        "typed": request.form.get("reason", ""),
        "step": request.form.get("step", ""),
        "most": MAX_REASON,
        "say": say,
    }
