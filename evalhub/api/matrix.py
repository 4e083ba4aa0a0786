"""Give who won how often against whom as JSON."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.api.scores import LeftOutBody
from evalhub.core.people import Scope
from evalhub.rim.state import kept_boards
from evalhub.services.scoring.boards import matrix_document, project_boards

bp = project_blueprint("api_matrix", __name__)


class MatrixCellBody(Body):
    """Tells what a model did against another; ``share`` is of wins, ties as half.

    ``ci_low`` and ``ci_high`` end its Wilson 95 % interval, judgments counted as independent.
    """

    model: str
    opponent: str
    wins: int
    ties: int
    losses: int
    n: int
    share: float
    ci_low: float
    ci_high: float


class BoardMatrixBody(Body):
    """Tells the cells of one board, each pair from both sides; models stand from the top."""

    models: list[str]
    n_judgments: int
    cells: list[MatrixCellBody]


class MatrixBody(Body):
    """Tells who won how often against whom in a project, board by board."""

    schema_: str = Field(alias="schema")
    project: str
    simulated: bool
    n_judgments: int
    n_simulated: int
    left_out: LeftOutBody
    boards: list[BoardMatrixBody]


@bp.get(
    "/<slug>/matrix",
    responses={"200": MatrixBody},
    summary="Read who won how often against whom",
)
def show_matrix(path: ProjectPath) -> Response:
    """Count the judgments in force by model and opponent; no fit or option changes a count."""
    api_actor(Scope.PROJECTS_READ)
    scored = project_boards(path.slug, session=current_session(), cache=kept_boards())
    return jsonify(matrix_document(scored))
