"""Give what people looked at again in a project as JSON."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session, now
from evalhub.api.describing import Body
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.services.projects.finding import get_project
from evalhub.services.reviewing.reading import cases_document, project_cases

bp = project_blueprint("api_reviews", __name__)
MAX_PAGE = 100_000


class CasesQuery(Body):
    """Names a page of cases."""

    page: int = Field(default=1, ge=1, le=MAX_PAGE)


class StepBody(Body):
    """Tells one step of a case; ``expert`` is a number, null for a reviewer's step."""

    step: str
    expert: int | None
    reason: str
    verdict: str | None
    words: str
    at: str


class CaseBody(Body):
    """Tells one case: why it was opened, how it stands, and its steps."""

    id: int
    kind: str
    trigger: str
    opened_at: str
    state: str
    due_at: str | None
    is_overdue: bool
    n_experts: int
    steps: list[StepBody]


class CasesBody(Body):
    """Tells a page of a project's cases, the newest first."""

    schema_: str = Field(alias="schema")
    project: str
    n_cases: int
    cases: list[CaseBody]


@bp.get(
    "/<slug>/reviews",
    responses={"200": CasesBody},
    summary="Read what was looked at again in a project",
)
def list_cases(path: ProjectPath, query: CasesQuery) -> Response:
    """Give the cases of review and adjudication; experts go by numbers, nobody by name."""
    api_actor(Scope.PROJECTS_READ)
    project = get_project(path.slug, session=current_session())
    found = project_cases(project, session=current_session(), now=now(), page=query.page)
    return jsonify(cases_document(project.slug, found))
