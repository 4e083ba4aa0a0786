"""Give the coordinator's console: what is stuck, and the acts that get it going."""

from datetime import datetime
from typing import Literal

from flask import Response
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field, StrictInt

from evalhub.api.answering import told
from evalhub.api.context import api_actor, current_session, current_settings, now, only_read
from evalhub.api.describing import ApiPart, Body
from evalhub.api.figures import ShareBody
from evalhub.api.projects import ProjectPath
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.backlog import StuckReason
from evalhub.core.people import Scope
from evalhub.rim.pay import floors_of
from evalhub.rim.projects import set_status as set_project_status
from evalhub.rim.state import runtime
from evalhub.services.operating.acts import change_overlap
from evalhub.services.operating.claims import list_claims, take_back
from evalhub.services.operating.health import project_health
from evalhub.services.operating.overviews import list_overviews, overview_of
from evalhub.services.projects.finding import get_project

TAG = Tag(name="operations", description="What is stuck in projects, and what to do about it.")
MAX_TEXT = 10_000
bp = ApiPart(
    "api_operations",
    __name__,
    url_prefix=f"{PREFIX}/operations",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class ClaimPath(ProjectPath):
    """Names a claim of a project."""

    claim_id: int = Field(ge=1, le=2**31 - 1)


class ReasonBody(Body):
    """Says why; the audit log keeps it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=MAX_TEXT)


class StatusBody(ReasonBody):
    """Says what a project becomes; closing one for good is done on its page."""

    status: Literal[ProjectStatus.OPEN, ProjectStatus.PAUSED]


class OverlapBody(ReasonBody):
    """Says how often each pair is to be judged."""

    overlap: StrictInt


class RouteBody(Body):
    """Names a kind of prompt; what it does not name is empty."""

    language: str
    jurisdiction: str
    specialty: str


class BacklogBody(Body):
    """Tells what is left of one kind of prompt, and how many may judge it now."""

    domain: str
    route: RouteBody
    n_left: int
    n_pairs: int
    most_wanted: int
    n_experts: int


class CapacityBody(Body):
    """Tells who is on a project and how much they can do; weeks are null where nobody works."""

    n_experts: int
    n_active: int
    n_pledging: int
    pledged_minutes: int
    worked_minutes: int
    needed_minutes: int
    weeks_as_pledged: float | None
    weeks_as_worked: float | None


class ProgressBody(Body):
    """Tells how far a project is."""

    n_pairs: int
    n_places: int
    n_judged: int
    n_leased: int
    n_over: int
    n_left: int


class StuckBody(Body):
    """Names one thing that is stuck: why, and how many judgments or claims."""

    reason: StuckReason
    n: int
    domain: str
    route: RouteBody | None


class OverviewBody(Body):
    """Tells one project as its coordinator sees it."""

    slug: str
    title: str
    status: ProjectStatus
    progress: ProgressBody
    capacity: CapacityBody
    backlog: list[BacklogBody]
    stuck: list[StuckBody]


class OverviewsBody(Body):
    """Lists what runs or rests, what has something stuck first."""

    projects: list[OverviewBody]


class ClaimBody(Body):
    """Tells of a comparison in somebody's hands; ``id`` takes it back."""

    id: int
    expert: str
    expert_public_id: str
    prompt: str
    leased_at: datetime
    expires_at: datetime
    saved_at: datetime | None


class WeekBody(Body):
    """Tells the figures of the week that begins on a Monday."""

    monday: datetime
    n_judged: int
    accuracy: ShareBody
    rework: ShareBody
    given_back: ShareBody
    lapsed: ShareBody
    cycle_hours: float | None
    minutes: float | None


class ConsoleBody(Body):
    """Tells one project with its claims and its last weeks, the newest first."""

    overview: OverviewBody
    claims: list[ClaimBody]
    weeks: list[WeekBody]


@bp.get("", responses={"200": OverviewsBody}, summary="Read what is stuck")
def show_all() -> Response:
    """List the projects that run or rest, those with something stuck first."""
    api_actor(Scope.OPERATIONS_WRITE)
    found = {"projects": list_overviews(session=current_session(), now=now())}
    return told(OverviewsBody, found)


@bp.get("/<slug>", responses={"200": ConsoleBody}, summary="Read one project's console")
def show(path: ProjectPath) -> Response:
    """Tell one project with all that can be done about it."""
    api_actor(Scope.OPERATIONS_WRITE)
    return _answer(path.slug)


@bp.post("/<slug>/status", responses={"200": ConsoleBody}, summary="Pause or open a project")
def set_status(path: ProjectPath, body: StatusBody) -> Response:
    """Pause a project or let it go on, with a reason."""
    # In transactions of its own: opening takes long, and this one would hold the writer.
    set_project_status(
        path.slug,
        body.status,
        database=runtime().database,
        actor=api_actor(Scope.OPERATIONS_WRITE),
        now=now(),
        floors=floors_of(current_settings()),
        reason=body.reason,
    )
    only_read()
    return _answer(path.slug)


@bp.post("/<slug>/overlap", responses={"200": ConsoleBody}, summary="Change the overlap")
def set_overlap(path: ProjectPath, body: OverlapBody) -> Response:
    """Let pairs be judged more or fewer times, with a reason."""
    change_overlap(
        path.slug,
        body.overlap,
        reason=body.reason,
        session=current_session(),
        actor=api_actor(Scope.OPERATIONS_WRITE),
        now=now(),
    )
    return _answer(path.slug)


@bp.post(
    "/<slug>/claims/<int:claim_id>/take-back",
    responses={"200": ConsoleBody},
    summary="Take a comparison back",
)
def reassign(path: ClaimPath, body: ReasonBody) -> Response:
    """Take a comparison from who holds it, so that somebody else gets it; its time is paid."""
    take_back(
        path.slug,
        path.claim_id,
        reason=body.reason,
        session=current_session(),
        actor=api_actor(Scope.OPERATIONS_WRITE),
        now=now(),
    )
    return _answer(path.slug)


def _answer(slug: str) -> Response:
    session, moment = current_session(), now()
    project = get_project(slug, session=session)
    found = {
        "overview": overview_of(project, session=session, now=moment),
        "claims": list_claims(project, session=session),
        "weeks": project_health(project, session=session, now=moment),
    }
    return told(ConsoleBody, found)
