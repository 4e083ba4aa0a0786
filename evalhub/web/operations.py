"""The coordinator's console: who is there, what is left, what is stuck, and what to do about it."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.pay import floors_of
from evalhub.rim.projects import set_status as set_project_status
from evalhub.rim.state import runtime
from evalhub.services.operating.acts import change_overlap
from evalhub.services.operating.claims import list_claims, take_back
from evalhub.services.operating.health import project_health
from evalhub.services.operating.overviews import list_overviews, overview_of
from evalhub.services.projects.finding import get_project
from evalhub.web import operating_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
)
from evalhub.web.language import _
from evalhub.web.operating_words import Wanted

bp = Blueprint("operations", __name__, url_prefix="/operations")

COORDINATORS = (Role.COORDINATOR, Role.ADMIN)


@bp.get("")
@requires(*COORDINATORS)
def show_all() -> ResponseReturnValue:
    """List the projects that run or rest, those with something stuck first."""
    overviews = list_overviews(session=current_session(), now=now())
    return render_template("operations/list.html", overviews=overviews, say=say)


@bp.get("/<slug>")
@requires(*COORDINATORS)
def show(slug: str) -> ResponseReturnValue:
    """Show one project with all that can be done about it."""
    return _page(slug)


@bp.post("/<slug>/status")
@requires(*COORDINATORS)
def set_status(slug: str) -> ResponseReturnValue:
    """Pause a project or let it go on, with a reason."""
    try:
        to = choice(request.form.get("status", ""), Wanted, where="status")
        # In transactions of its own: opening takes long, and this one would hold the writer.
        set_project_status(
            slug,
            ProjectStatus(to.value),
            database=runtime().database,
            actor=current_actor(),
            now=now(),
            floors=floors_of(current_settings()),
            reason=request.form.get("reason", ""),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "status", error)
    return _done(slug, say.WANTED_SAID[to])


@bp.post("/<slug>/overlap")
@requires(*COORDINATORS)
def set_overlap(slug: str) -> ResponseReturnValue:
    """Let pairs be judged more or fewer times, with a reason."""
    try:
        n_left = change_overlap(
            slug,
            whole_number(request.form.get("overlap", ""), where="overlap"),
            reason=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "overlap", error)
    return _done(slug, _("The overlap is changed. %(n)s judgments are left to give out.", n=n_left))


@bp.post("/<slug>/claims/<int:claim_id>")
@requires(*COORDINATORS)
def reassign(slug: str, claim_id: int) -> ResponseReturnValue:
    """Take a comparison from who holds it, so that somebody else gets it."""
    try:
        take_back(
            slug,
            claim_id,
            reason=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, f"claim-{claim_id}", error)
    return _done(slug, _("It is taken back. Somebody else gets it, and the time in it is paid."))


def _refuse(slug: str, place: str, error: BadInput | Conflict) -> ResponseReturnValue:
    """Show the project again with what is wrong beside the form that was sent."""
    return refused(lambda problems: _page(slug, place, problems, request.form), error)


def _done(slug: str, message: str) -> ResponseReturnValue:
    return done(message, url_for("operations.show", slug=slug))


def _page(
    slug: str,
    refused: str = "",
    problems: Sequence[Problem] = (),
    sent: Mapping[str, str] | None = None,
) -> str:
    session, moment = current_session(), now()
    project = get_project(slug, session=session)
    return render_template(
        "operations/show.html",
        project=project,
        overview=overview_of(project, session=session, now=moment),
        claims=list_claims(project, session=session),
        weeks=project_health(project, session=session, now=moment),
        moment_now=moment,
        refused=refused,
        problems=problems,
        sent=sent or {},
        say=say,
    )
