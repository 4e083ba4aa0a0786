"""Tell where experts stand in a domain, and let the owner of a key decide about a step."""

from datetime import datetime

from flask import Response
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field, StrictInt

from evalhub.api.answering import told
from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.figures import ShareBody
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Scope
from evalhub.core.qualifying.ladder import CriterionKind
from evalhub.core.qualifying.levels import LadderOutcome
from evalhub.services.qualifying.ladder import Step, list_climbers, review_level, standing_in
from evalhub.services.qualifying.registry import get_qualified

TAG = Tag(name="ladder", description="Levels of experts in a domain, and their evidence.")
MAX_REASON, MAX_PAGE = 10_000, 100_000
bp = ApiPart(
    "api_ladder",
    __name__,
    url_prefix=f"{PREFIX}/ladder",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class DomainPath(Body):
    """Names a domain."""

    domain: str = Field(max_length=64)


class ExpertPath(DomainPath):
    """Names an expert in a domain."""

    public_id: str = Field(max_length=40)


class PageQuery(Body):
    """Names a page of experts."""

    page: int = Field(default=1, ge=1, le=MAX_PAGE)


class StepBody(Body):
    """Says what is decided about a step, and why; ``seen`` is ``n_decisions`` as it was read."""

    model_config = ConfigDict(extra="forbid")

    outcome: LadderOutcome
    seen: StrictInt = Field(ge=0)
    days: StrictInt = Field(description="How long the level holds from now on.")
    reason: str = Field(max_length=MAX_REASON)


class EvidenceBody(Body):
    """Tells what is known of an expert in a domain, as far as levels ask for it."""

    has_training: bool
    is_assessed: bool
    has_credential: bool
    n_judgments: int
    agreement: ShareBody


class CriterionBody(Body):
    """Tells one thing that the next level asks for."""

    kind: CriterionKind
    is_met: bool


class ReviewBody(Body):
    """Tells one decision about a step."""

    outcome: LadderOutcome
    level_before: int
    level_after: int
    reason: str
    decided_at: datetime
    decided_by: str


class StandingBody(Body):
    """Tells where an expert stands, what the next level asks for, and what was decided."""

    domain: str
    level: int
    is_expired: bool
    next_level: int | None
    n_met: int
    criteria: list[CriterionBody]
    evidence: EvidenceBody
    reviews: list[ReviewBody]
    n_decisions: int


class ClimberBody(Body):
    """Tells one expert of a domain."""

    public_id: str
    name: str
    standing: StandingBody


class ClimbersBody(Body):
    """Lists a page of a domain's experts by name; they are ordered by no figure."""

    items: list[ClimberBody]
    page: int
    n_pages: int
    n_found: int


@bp.get("/<domain>", responses={"200": ClimbersBody}, summary="List the experts of a domain")
def show_all(path: DomainPath, query: PageQuery) -> Response:
    """List who has judged in a domain or holds a level there, with their evidence."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    found = list_climbers(path.domain, session=current_session(), now=now(), page=query.page)
    return told(ClimbersBody, found)


@bp.get("/<domain>/<public_id>", responses={"200": StandingBody}, summary="Read where one stands")
def show(path: ExpertPath) -> Response:
    """Tell one expert's evidence in a domain."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    return _answer(path)


@bp.post(
    "/<domain>/<public_id>",
    responses={"200": StandingBody},
    summary="Decide about a step",
    description="The owner of the key answers for it. 409 where something was decided since "
    "`seen`: read the standing again first.",
)
def decide(path: ExpertPath, body: StepBody) -> Response:
    """Decide about an expert's step, with a reason."""
    session, actor = current_session(), api_actor(Scope.QUALIFICATIONS_WRITE)
    person = get_qualified(path.public_id, session=session, now=now())
    step = Step(body.outcome, seen=body.seen, days=body.days, reason=body.reason.strip())
    review_level(person.id, path.domain, step, session=session, actor=actor, now=now())
    return _answer(path)


def _answer(path: ExpertPath) -> Response:
    session, moment = current_session(), now()
    person = get_qualified(path.public_id, session=session, now=moment)
    found = standing_in(person.id, path.domain, session=session, now=moment)
    return told(StandingBody, found)
