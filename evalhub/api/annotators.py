"""Give the figures of a project's annotators as JSON, by opaque ids."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.figures import IntervalBody, MedianBody, ShareBody
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.services.scoring.annotators import annotators_document, project_annotators

bp = project_blueprint("api_annotators", __name__)


class AnnotatorBody(Body):
    """Tells what one annotator's judgments show; ``annotator`` is an opaque id."""

    annotator: str
    n_judgments: int
    n_cannot_judge: int
    is_simulated: bool
    control: ShareBody
    agreement: ShareBody
    consistency: ShareBody
    left: ShareBody
    ties: ShareBody
    active_seconds: MedianBody


class CrowdStrengthBody(Body):
    """Tells a model's strength with annotators weighed; natural log, mean 0 over a component."""

    model: str
    strength: float
    interval: IntervalBody | None
    component: int
    n: int


class ReliabilityBody(Body):
    """Tells the probability that an annotator prefers what the strengths would have it."""

    annotator: str
    value: float
    interval: IntervalBody | None
    n: int
    n_controls: int
    n_controls_right: int


class CrowdBody(Body):
    """Tells a fit of Crowd-BT; it is shown beside the board and never used in it."""

    strengths: list[CrowdStrengthBody]
    reliabilities: list[ReliabilityBody]
    log_likelihood: float
    gradient: float
    n_judgments: int
    reason: str | None
    method: str


class BesideBody(Body):
    """Tells one model's place on the board, and with annotators weighed."""

    model: str
    board: int
    strength: float
    place: int
    weighed: float
    weighed_low: float | None
    weighed_high: float | None
    weighed_place: int
    n: int


class AnnotatorsBody(Body):
    """Tells what a project's judgments show of each annotator."""

    schema_: str = Field(alias="schema")
    project: str
    simulated: bool
    n_judgments: int
    n_control_prompts: int
    annotators: list[AnnotatorBody]
    reliability: CrowdBody | None
    reliability_reason: str | None
    beside_board: list[BesideBody]


@bp.get(
    "/<slug>/annotators",
    responses={"200": AnnotatorsBody},
    summary="Read the figures of a project's annotators",
)
def show_annotators(path: ProjectPath) -> Response:
    """Compute the figures of everybody who judged the project; nobody is named."""
    actor = api_actor(Scope.PROJECTS_READ)
    found = project_annotators(path.slug, session=current_session(), actor=actor)
    return jsonify(annotators_document(found))
