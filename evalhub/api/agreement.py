"""Give the agreement between annotators, and the consensus on pairs, as JSON."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.figures import FigureBody
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.services.scoring.agreement import agreement_document, project_agreement

bp = project_blueprint("api_agreement", __name__)


class AgreementBody(FigureBody):
    """Tells one statistic of agreement with its convention."""

    statistic: str
    convention: str
    n_answers: int
    n_annotators: int


class SubjectBody(Body):
    """Tells every statistic on the answers to one question; ``criterion`` is empty overall."""

    kind: str
    criterion: str
    figures: list[AgreementBody]


class RubricAgreementBody(Body):
    """Tells the agreement under one version of one rubric."""

    rubric_id: str
    rubric_version: str
    n_judgments: int
    n_cannot_judge: int
    subjects: list[SubjectBody]


class PairConsensusBody(Body):
    """Tells the likeliest answer to a pair (x, tie, y), the probability of each, and the count."""

    prompt_key: str
    x_model: str
    y_model: str
    answer: str
    probabilities: list[float]
    majority: str | None
    n_answers: int


class ConsensusBody(Body):
    """Tells the consensus on every pair with a verdict."""

    pairs: list[PairConsensusBody]
    n_answers: int
    n_annotators: int
    n_iterations: int
    log_likelihood: float
    method: str


class ProjectAgreementBody(Body):
    """Tells how far the people who judged a project agree."""

    schema_: str = Field(alias="schema")
    project: str
    simulated: bool
    n_judgments: int
    n_by_models: int
    n_simulated: int
    rubrics: list[RubricAgreementBody]
    consensus: ConsensusBody | None
    consensus_reason: str | None


@bp.get(
    "/<slug>/agreement",
    responses={"200": ProjectAgreementBody},
    summary="Read the agreement between a project's annotators",
)
def show_agreement(path: ProjectPath) -> Response:
    """Compute every statistic of agreement on the judgments in force."""
    api_actor(Scope.PROJECTS_READ)
    found = project_agreement(path.slug, session=current_session())
    return jsonify(agreement_document(found))
