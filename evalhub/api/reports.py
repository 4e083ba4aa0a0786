"""Take reports of rows of a release, and say what became of them."""

from datetime import datetime

from flask import Response, jsonify
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from evalhub.api.context import api_actor, current_session, current_settings, now
from evalhub.api.describing import ApiPart, Body
from evalhub.api.problems import ErrorResponse
from evalhub.api.releases import ReleasePath
from evalhub.api.root import PREFIX, RESPONSES, SECURITY, Responses
from evalhub.core.people import Scope
from evalhub.core.releasing.reports import MAX_PAIR_ID, MAX_TEXT, ReportKind, RowReport
from evalhub.rim.reports import report_row
from evalhub.rim.state import runtime
from evalhub.services.releasing.kept import get_release
from evalhub.services.releasing.reported import ReportLine, list_own_reports

TAG = Tag(name="row reports", description="What labs found wrong in rows of releases.")
LIMITED: Responses = {**RESPONSES, "429": ErrorResponse}
bp = ApiPart(
    "api_reports",
    __name__,
    url_prefix=f"{PREFIX}/releases",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses=LIMITED,
)


class WantedReport(Body):
    """Says which row is at fault, and how."""

    model_config = ConfigDict(extra="forbid")

    pair_id: str = Field(min_length=1, max_length=MAX_PAIR_ID, description="As the tables have it.")
    kind: ReportKind
    text: str = Field(min_length=1, max_length=MAX_TEXT, description="What is wrong, in words.")


class ReportBody(Body):
    """One report and what became of it; ``decision`` and ``reason`` are null while it is open."""

    number: int
    project: str
    version: str
    pair_id: str
    kind: ReportKind
    text: str
    created_at: datetime
    state: str
    decision: str | None
    reason: str | None


class ReportsBody(Body):
    """Lists what the owner of the key reported, the newest first."""

    reports: list[ReportBody]


@bp.post(
    "/<project>/<version>/reports",
    responses={"200": ReportBody, "201": ReportBody},
    summary="Report a row",
    description="The same report again answers 200 with the first one.",
)
def report(path: ReleasePath, body: WantedReport) -> tuple[Response, int]:
    """Open an item for the project's researchers."""
    filed = report_row(
        path.project,
        path.version,
        RowReport(body.pair_id, body.kind, body.text),
        database=runtime().database,
        settings=current_settings(),
        actor=api_actor(Scope.REPORTS_WRITE),
        now=now(),
    )
    body_out = report_body(filed.line)
    return jsonify(body_out.model_dump(mode="json")), 201 if filed.is_new else 200


@bp.get("/<project>/<version>/reports", responses={"200": ReportsBody}, summary="List own reports")
def show_own(path: ReleasePath) -> Response:
    """List what the owner of the key reported of a release."""
    actor = api_actor(Scope.REPORTS_WRITE)
    session = current_session()
    release = get_release(
        path.project, path.version, session=session, settings=current_settings(), actor=actor
    )
    lines = list_own_reports(release.kept.id, session=session, person_id=actor.person_id or 0)
    body = ReportsBody(reports=[report_body(line) for line in lines])
    return jsonify(body.model_dump(mode="json"))


def report_body(line: ReportLine) -> ReportBody:
    """Shape a report for whoever made it: the project answers, and not a person by name."""
    answer = line.answer
    return ReportBody(
        number=line.number,
        project=line.project,
        version=line.version,
        pair_id=line.pair_id,
        kind=line.kind,
        text=line.text,
        created_at=line.created_at,
        state="open" if answer is None else "answered",
        decision=None if answer is None else answer.decision.value,
        reason=None if answer is None else answer.reason,
    )
