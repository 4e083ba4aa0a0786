"""Give the audit of judges that are models as JSON."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.figures import FigureBody, IntervalBody, ShareBody
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.services.scoring.judges import judges_document, project_judges

bp = project_blueprint("api_judges", __name__)


class JudgeFigureBody(FigureBody):
    """Tells one share of agreement of a judge with experts, of ``n`` comparisons."""

    method: str
    n: int


class ComparisonBody(Body):
    """Tells a judge's agreement with experts, and that of experts with one another."""

    with_expert: JudgeFigureBody
    with_majority: JudgeFigureBody
    between_experts: JudgeFigureBody


class FlipsBody(Body):
    """Tells how often a verdict changes with the order of the two answers."""

    flipped: ShareBody
    to_left: ShareBody


class LengthBody(Body):
    """Tells how much oftener the judge prefers the longer answer than experts do, in a slice."""

    slice: str
    judge: float | None
    experts: float | None
    effect: float | None
    interval: IntervalBody | None
    reason: str | None
    interval_method: str
    n_pairs: int


class JudgeBody(Body):
    """Tells what is known of one judge; ``comparisons`` are with ties, then without."""

    name: str
    judge: str
    n_judgments: int
    n_pairs: int
    n_shared_pairs: int
    n_experts: int
    is_simulated: bool
    left: ShareBody
    ties: ShareBody
    flips: FlipsBody
    comparisons: list[ComparisonBody]
    length: list[LengthBody]


class JudgesBody(Body):
    """Tells the audit of every model that judged a project."""

    schema_: str = Field(alias="schema")
    project: str
    simulated: bool
    n_by_people: int
    judges: list[JudgeBody]


@bp.get(
    "/<slug>/judges",
    responses={"200": JudgesBody},
    summary="Read the audit of a project's judges that are models",
)
def show_judges(path: ProjectPath) -> Response:
    """Compare every judge that is a model with the experts, with itself and by length."""
    api_actor(Scope.PROJECTS_READ)
    return jsonify(judges_document(project_judges(path.slug, session=current_session())))
