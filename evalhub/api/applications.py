"""List applications for fields, and let the owner of a key decide about one."""

from datetime import datetime
from typing import Literal

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from evalhub.api.answering import told
from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Scope
from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.assessments import AttemptState
from evalhub.services.qualifying.applying import (
    StandingApplication,
    decide_application,
    get_application,
    list_applications,
)
from evalhub.services.qualifying.attempts import StandingAttempt, grade_of

TAG = Tag(name="applications", description="Who applied for a field, and what was decided.")
MAX_REASON = 10_000
bp = ApiPart(
    "api_applications",
    __name__,
    url_prefix=f"{PREFIX}/applications",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=RESPONSES,
)


class ApplicationPath(Body):
    """Names an application."""

    public_id: str = Field(max_length=40)


class DecisionBody(Body):
    """Says what is decided, and why: the person reads the reason."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal[ApplicationDecision.ACCEPTED, ApplicationDecision.DECLINED]
    reason: str = Field(max_length=MAX_REASON)


class DecidedBody(Body):
    """Tells one decision with the result it was made by; null where there was none."""

    decision: ApplicationDecision
    reason: str
    n_right: int | None
    n_items: int | None
    decided_at: datetime
    decided_by: str


class LineBody(Body):
    """Tells what a list says of an application."""

    public_id: str
    person_name: str
    person_public_id: str
    domain: str
    applied_at: datetime
    needs_assessment: bool
    is_assessed: bool
    decision: ApplicationDecision | None


class ApplicationsBody(Body):
    """Lists applications, those without a decision first and the oldest of them first."""

    applications: list[LineBody]


class CountBody(Body):
    """Counts the right answers among n."""

    n_right: int
    n: int


class AttemptBody(Body):
    """Tells how the assessment went, in all and by skill; counts are null while it runs."""

    number: int
    state: AttemptState
    started_at: datetime
    ends_at: datetime
    total: CountBody | None
    by_skill: dict[str, CountBody]
    is_passed: bool | None


class ApplicationBody(LineBody):
    """Tells one application with its assessment and every decision."""

    background: str
    week_hours: int
    attempt: AttemptBody | None
    decisions: list[DecidedBody]


@bp.get("", responses={"200": ApplicationsBody}, summary="List applications")
def show_all() -> Response:
    """List every application."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    found = {"applications": list_applications(session=current_session(), now=now())}
    return told(ApplicationsBody, found)


@bp.get("/<public_id>", responses={"200": ApplicationBody}, summary="Read an application")
def show(path: ApplicationPath) -> Response:
    """Tell one application, how its assessment went, and what was decided."""
    api_actor(Scope.QUALIFICATIONS_WRITE)
    return _answer(path.public_id)


@bp.post(
    "/<public_id>/decision",
    responses={"200": ApplicationBody},
    summary="Decide about an application",
    description="The owner of the key answers for it; nobody decides about their own.",
)
def decide(path: ApplicationPath, body: DecisionBody) -> Response:
    """Accept or decline an application, with a reason."""
    decide_application(
        path.public_id,
        body.decision,
        reason=body.reason,
        session=current_session(),
        actor=api_actor(Scope.QUALIFICATIONS_WRITE),
        now=now(),
    )
    return _answer(path.public_id)


def _answer(public_id: str) -> Response:
    found = get_application(public_id, session=current_session(), now=now())
    return jsonify(_body(found).model_dump(mode="json"))


def _body(found: StandingApplication) -> ApplicationBody:
    line = LineBody.model_validate(found, from_attributes=True)
    decided = [DecidedBody.model_validate(one, from_attributes=True) for one in found.decisions]
    return ApplicationBody(
        **line.model_dump(),
        background=found.application.background,
        week_hours=found.application.week_hours,
        attempt=None if found.attempt is None else _attempt(found.attempt),
        decisions=decided,
    )


def _attempt(attempt: StandingAttempt) -> AttemptBody:
    grade = grade_of(attempt, session=current_session())
    skills = {} if grade is None else grade.by_skill
    return AttemptBody(
        number=attempt.number,
        state=attempt.state,
        started_at=attempt.started_at,
        ends_at=attempt.ends_at,
        total=None if grade is None else CountBody(n_right=grade.total.n_right, n=grade.total.n),
        by_skill={name: CountBody(n_right=one.n_right, n=one.n) for name, one in skills.items()},
        is_passed=None if grade is None else grade.is_passed,
    )
