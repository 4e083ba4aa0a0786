"""Let researchers start pulls, follow them and read what came back."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.pulling.costs import parse_budget
from evalhub.core.responses import ResponseStatus
from evalhub.errors import BadInput, Conflict, NotFound, Problem
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.routing import page_number
from evalhub.services.endpoints import list_endpoints
from evalhub.services.pulling import (
    PullAttendance,
    PullOptions,
    PullPlan,
    PullProgress,
    attend,
    browse_responses,
    cancel_pull,
    get_pull,
    list_pulls,
    list_versions,
    plan_pull,
    pull_progress,
    resume_pull,
    start_pull,
)
from evalhub.web.answering import refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.formats import moment
from evalhub.web.language import _, translated
from evalhub.web.problems import problems_of

bp = Blueprint("pulls", __name__, url_prefix="/pulls")
MAKERS = (Role.RESEARCHER, Role.ADMIN)
LISTED = 50


@bp.get("")
@requires(*MAKERS)
def list_all() -> ResponseReturnValue:
    """List pulls, the newest first."""
    number = page_number(request.args.get("page"))
    # One more than is shown tells whether there is a next page, without counting all.
    found = list_pulls(session=current_session(), limit=LISTED + 1, offset=(number - 1) * LISTED)
    return render_template(
        "pulls/list.html", pulls=found[:LISTED], number=number, has_more=len(found) > LISTED
    )


@bp.get("/new")
@requires(*MAKERS)
def prepare() -> ResponseReturnValue:
    """Choose a set and endpoints, and see how many requests that makes."""
    plan: PullPlan | None = None
    problems: tuple[Problem, ...] = ()
    if "prompt_set" in request.args:
        try:
            plan = _plan()
        except (BadInput, NotFound) as error:
            problems = problems_of(error)
    return _start_page(plan, problems), 422 if problems else 200


@bp.post("")
@requires(*MAKERS)
def start() -> ResponseReturnValue:
    """Start a pull, which a worker then runs; what cannot be started comes back with why."""
    try:
        pull = start_pull(
            request.form.get("prompt_set", ""),
            request.form.getlist("endpoints"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
            retry_errors=request.form.get("retry_errors") == "1",
            options=_options(),
        )
    except (BadInput, NotFound) as error:
        return refused(partial(_start_page, None), error)
    return _to_pull(pull.public_id)


@bp.get("/<public_id>")
@requires(*MAKERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show how far a pull has come."""
    return _pull_page(public_id)


@bp.get("/<public_id>/progress.json")
@requires(*MAKERS)
def show_counts(public_id: str) -> ResponseReturnValue:
    """Give the figures of the progress page, for the script that keeps it fresh."""
    progress, seen_to = _look(public_id)
    last = seen_to.last_response_at
    return jsonify(
        status=progress.pull.status.value,
        attendance=seen_to.attendance.value,
        advice=_advice(seen_to),
        last_response=moment(last) if last is not None else "",
        n_wanted=progress.n_wanted,
        n_settled=progress.n_settled,
        n_by_status={status.value: progress.n_with(status) for status in ResponseStatus},
        endpoints={
            str(share.endpoint_id): {
                "n_wanted": share.n_wanted,
                "n_settled": share.n_settled,
                "n_by_status": {
                    status.value: share.n_by_status[status] for status in ResponseStatus
                },
                "n_names_itself": share.n_names_itself,
            }
            for share in progress.endpoints
        },
    )


@bp.get("/<public_id>/responses")
@requires(*MAKERS)
def list_responses(public_id: str) -> ResponseReturnValue:
    """List what came back, with the models' names."""
    session = current_session()
    status_text, slug = request.args.get("status", ""), request.args.get("endpoint", "")
    status = choice(status_text, ResponseStatus, where="status") if status_text else None
    return render_template(
        "pulls/responses.html",
        pull=get_pull(public_id, session=session),
        page=browse_responses(
            public_id,
            session=session,
            status=status,
            slug=slug or None,
            number=page_number(request.args.get("page")),
        ),
        status=status,
        slug=slug,
        statuses=list(ResponseStatus),
    )


@bp.post("/<public_id>/cancel")
@requires(*MAKERS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop a pull; what was stored stays."""
    try:
        cancel_pull(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    flash(_("The pull is cancelled. What came back stays."), "good")
    return _to_pull(public_id)


@bp.post("/<public_id>/resume")
@requires(*MAKERS)
def resume(public_id: str) -> ResponseReturnValue:
    """Put a pull back to work on what is missing."""
    try:
        resume_pull(public_id, session=current_session(), actor=current_actor(), now=now())
    except Conflict as error:
        return _refuse(public_id, error)
    flash(_("The pull goes on with what is missing."), "good")
    return _to_pull(public_id)


def _to_pull(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("pulls.show", public_id=public_id), code=303)


def _refuse(public_id: str, error: Conflict) -> ResponseReturnValue:
    """Show the pull as it is by now, with why the button that was pressed did nothing.

    As a rule the pull ended, or somebody else pressed it first, after the page was loaded.
    """
    return refused(partial(_pull_page, public_id), error)


def _pull_page(public_id: str, problems: Sequence[Problem] = ()) -> str:
    progress, seen_to = _look(public_id)
    return render_template(
        "pulls/show.html",
        progress=progress,
        seen_to=seen_to,
        advice=_advice(seen_to),
        statuses=list(ResponseStatus),
        problems=problems,
    )


def _advice(seen_to: PullAttendance) -> str:
    return " ".join(translated(one) for one in seen_to.said)


def _look(public_id: str) -> tuple[PullProgress, PullAttendance]:
    session = current_session()
    progress = pull_progress(public_id, session=session)
    return progress, attend(progress, session=session)


def _plan() -> PullPlan:
    return plan_pull(
        request.args["prompt_set"],
        request.args.getlist("endpoints"),
        retry_errors=request.args.get("retry_errors") == "1",
        options=_options(),
        session=current_session(),
    )


def _options() -> PullOptions:
    """Return what the form says beyond the set and the endpoints; raise ``BadInput``."""
    samples, seed, budget = (
        request.values.get(name, "").strip() for name in ("samples", "seed", "budget")
    )
    return PullOptions(
        n_samples=whole_number(samples, where="samples") if samples else 1,
        seed=whole_number(seed, where="seed") if seed else None,
        budget_micro=parse_budget(budget) if budget else None,
    )


def _start_page(plan: PullPlan | None, problems: Sequence[Problem]) -> str:
    session = current_session()
    return render_template(
        "pulls/new.html",
        versions=list_versions(session=session),
        endpoints=list_endpoints(session=session),
        chosen_set=request.values.get("prompt_set", ""),
        chosen=request.values.getlist("endpoints"),
        retry_errors=request.values.get("retry_errors") == "1",
        samples=request.values.get("samples", "1"),
        seed=request.values.get("seed", ""),
        budget=request.values.get("budget", ""),
        plan=plan,
        problems=problems,
    )
