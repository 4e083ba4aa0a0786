"""Start pulls and follow them."""

import uuid
from datetime import datetime

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from evalhub.api.context import api_actor, current_session, now, only_read
from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Scope
from evalhub.core.pulling.costs import Amount, parse_budget
from evalhub.core.responses import ResponseStatus
from evalhub.services.pulling import (
    EndpointProgress,
    PullAttendance,
    PullOptions,
    PullPlan,
    PullProgress,
    attend,
    cancel_pull,
    plan_pull,
    pull_progress,
    resume_pull,
    start_pull_once,
)

TAG = Tag(name="pulls", description="Asking endpoints the prompts of a set.")
bp = ApiPart(
    "api_pulls",
    __name__,
    url_prefix=f"{PREFIX}/pulls",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


ONCE_NOTE = (
    "With an `Idempotency-Key` (1 to 100 visible ASCII characters) the same request can be sent "
    "again after a broken connection: it answers with the pull that the first one started."
)


class StartHeader(Body):
    """Names the request, so that it can be sent again without asking twice."""

    idempotency_key: str | None = Field(default=None, alias="Idempotency-Key")


class PullBody(Body):
    """Says what to pull."""

    model_config = ConfigDict(extra="forbid")

    prompt_set: str = Field(max_length=100, description="Frozen version: slug or slug@number.")
    endpoints: list[str] = Field(min_length=1, max_length=200, description="Slugs.")
    retry_errors: bool = Field(default=False, description="Also ask again what failed before.")
    samples: int = Field(default=1, description="Answers wanted to each prompt.")
    seed: int | None = Field(default=None, description="Of the first sample; others count on.")
    budget: str | None = Field(
        default=None, max_length=20, description="Most to spend, in the endpoints' currency."
    )


class PullPath(Body):
    """Names a pull."""

    public_id: str = Field(max_length=40)


class ErrorGroupBody(Body):
    """One kind of error: how often, and one of its messages."""

    kind: str
    n: int
    example: str


class PlannedShareBody(Body):
    """What one endpoint would be asked, and what that may take."""

    endpoint: str
    n_wanted: int
    n_to_ask: int
    n_prompt_tokens: int
    n_completion_tokens: int
    basis: str = Field(description="Of the answers' length: earlier answers, limit or guess.")
    cost: str | None
    most_cost: str | None


class PlanBody(Body):
    """What a pull would ask and what it may cost; nothing was sent."""

    prompt_set: str
    n_to_ask: int
    n_tokens: int
    costs: list[str]
    is_above_budget: bool
    endpoints: list[PlannedShareBody]


class ShareBody(Body):
    """How far one endpoint has come."""

    endpoint: str
    n_prompt_tokens: int = Field(description="Of the requests that this pull sent.")
    n_completion_tokens: int
    cost: str | None
    model: str
    simulated: bool
    n_wanted: int
    n_settled: int
    n_by_status: dict[str, int]
    n_names_itself: int
    errors: list[ErrorGroupBody]
    reason: str


class ProgressBody(Body):
    """How far a pull has come."""

    id: str
    status: str
    prompt_set: str
    retry_errors: bool
    samples: int
    seed: int | None
    budget: str | None
    reason: str
    n_wanted: int
    n_settled: int
    attendance: str = Field(
        description="Who sees to it: over, waiting, unattended, asked, stalled or abandoned."
    )
    has_worker: bool = Field(description="Whether any worker is alive.")
    last_response_at: datetime | None = Field(description="When this pull last stored a response.")
    advice: str = Field(description="What to do so that it goes on; empty when nothing has to be.")
    endpoints: list[ShareBody]


@bp.post(
    "",
    responses={"200": ProgressBody, "201": ProgressBody},
    summary="Start a pull",
    description=ONCE_NOTE,
)
def start(header: StartHeader, body: PullBody) -> tuple[Response, int]:
    """Start a pull, which a worker then runs; 200 for one that its key started before."""
    started = start_pull_once(
        body.prompt_set,
        body.endpoints,
        # Without a key each request is one of its own, as is each press of the page's button.
        key=uuid.uuid4().hex if header.idempotency_key is None else header.idempotency_key,
        session=current_session(),
        actor=api_actor(Scope.PULLS_WRITE),
        now=now(),
        retry_errors=body.retry_errors,
        options=_options(body),
    )
    return _answer(started.pull.public_id), 201 if started.is_new else 200


@bp.post("/plan", responses={"200": PlanBody}, summary="Count before asking")
def plan(body: PullBody) -> Response:
    """Say what a pull would send and what it may cost; send nothing."""
    api_actor(Scope.PULLS_WRITE)
    # Counting a large set takes seconds, for which SQLite's one writer would be held.
    only_read()
    planned = plan_pull(
        body.prompt_set,
        body.endpoints,
        retry_errors=body.retry_errors,
        options=_options(body),
        session=current_session(),
    )
    return jsonify(_plan_body(planned).model_dump(mode="json"))


@bp.get("/<public_id>", responses={"200": ProgressBody}, summary="Follow a pull")
def show(path: PullPath) -> Response:
    """Say how far a pull has come."""
    api_actor(Scope.PULLS_WRITE)
    return _answer(path.public_id)


@bp.post("/<public_id>/cancel", responses={"200": ProgressBody}, summary="Cancel a pull")
def cancel(path: PullPath) -> Response:
    """Stop a pull; what was stored stays."""
    actor = api_actor(Scope.PULLS_WRITE)
    cancel_pull(path.public_id, session=current_session(), actor=actor, now=now())
    return _answer(path.public_id)


@bp.post("/<public_id>/resume", responses={"200": ProgressBody}, summary="Resume a pull")
def resume(path: PullPath) -> Response:
    """Put a pull back to work on what is missing; also one whose process has died."""
    actor = api_actor(Scope.PULLS_WRITE)
    resume_pull(path.public_id, session=current_session(), actor=actor, now=now())
    return _answer(path.public_id)


def _options(body: PullBody) -> PullOptions:
    budget = None if body.budget is None else parse_budget(body.budget)
    return PullOptions(body.samples, body.seed, budget)


def _plan_body(plan: PullPlan) -> PlanBody:
    return PlanBody(
        prompt_set=plan.prompt_set.label,
        n_to_ask=plan.n_to_ask,
        n_tokens=plan.n_tokens,
        costs=[str(cost) for cost in plan.costs],
        is_above_budget=plan.is_above_budget,
        endpoints=[
            PlannedShareBody(
                endpoint=share.endpoint,
                n_wanted=share.n_wanted,
                n_to_ask=share.n_to_ask,
                n_prompt_tokens=share.estimate.n_prompt_tokens,
                n_completion_tokens=share.estimate.n_completion_tokens,
                basis=share.estimate.basis.value,
                cost=_written(share.estimate.cost),
                most_cost=_written(share.estimate.most_cost),
            )
            for share in plan.shares
        ],
    )


def _written(amount: Amount | None) -> str | None:
    return None if amount is None else str(amount)


def _answer(public_id: str) -> Response:
    session = current_session()
    progress = pull_progress(public_id, session=session)
    body = _body(progress, attend(progress, session=session))
    return jsonify(body.model_dump(mode="json"))


def _body(progress: PullProgress, seen_to: PullAttendance) -> ProgressBody:
    return ProgressBody(
        id=progress.pull.public_id,
        status=progress.pull.status.value,
        prompt_set=progress.pull.prompt_set.label,
        retry_errors=progress.pull.retry_errors,
        samples=progress.pull.n_samples,
        seed=progress.pull.seed,
        budget=_written(progress.pull.budget),
        reason=progress.pull.reason,
        n_wanted=progress.n_wanted,
        n_settled=progress.n_settled,
        attendance=seen_to.attendance.value,
        has_worker=seen_to.has_worker,
        last_response_at=seen_to.last_response_at,
        advice=seen_to.advice,
        endpoints=[_share(share) for share in progress.endpoints],
    )


def _share(share: EndpointProgress) -> ShareBody:
    return ShareBody(
        endpoint=share.label,
        n_prompt_tokens=share.n_prompt_tokens,
        n_completion_tokens=share.n_completion_tokens,
        cost=_written(share.cost),
        model=share.model,
        simulated=share.is_simulated,
        n_wanted=share.n_wanted,
        n_settled=share.n_settled,
        n_by_status={status.value: share.n_by_status[status] for status in ResponseStatus},
        n_names_itself=share.n_names_itself,
        errors=[
            ErrorGroupBody(kind=error.kind.value, n=error.n, example=error.example)
            for error in share.errors
        ],
        reason=share.reason,
    )
