"""Give boards as JSON."""

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.root import PREFIX, RESPONSES, SECURITY
from evalhub.core.people import Scope
from evalhub.services.scoring.boards import boards_document, project_boards

TAG = Tag(name="scores", description="Boards of projects.")
bp = APIBlueprint(
    "api_scores",
    __name__,
    url_prefix=f"{PREFIX}/projects",
    abp_tags=[TAG],
    abp_security=SECURITY,
    abp_responses={**RESPONSES},
)


class ProjectPath(BaseModel):
    """Names a project."""

    slug: str = Field(max_length=80)


class BoardRowBody(BaseModel):
    """Tells one model's place; strengths are natural logs, ``elo`` a display scale."""

    model: str
    strength: float | None
    elo: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    elo_low: float | None
    elo_high: float | None
    interval_reason: str | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    level: int
    flag: str | None
    n: int
    wins: int
    ties: int
    losses: int


class GroupBody(BaseModel):
    """Names models that wins and ties link both ways."""

    models: list[str]
    level: int
    flag: str | None


class BoardBody(BaseModel):
    """Tells one board: models on different boards cannot be compared."""

    method: str
    has_finite_maximum: bool
    ridge: float
    log_likelihood: float
    n_judgments: int
    n_prompts: int
    n_ties: int
    n_models: int
    rank_method: str | None
    rank_quantile: float | None
    models: list[BoardRowBody]
    groups: list[GroupBody]
    warnings: list[str]


class PositionBody(BaseModel):
    """Tells how often the side shown on the left won."""

    left_wins: int
    n_decisive: int
    left_share: float | None


class SuggestionBody(BaseModel):
    """Names two models to compare next."""

    first: str
    second: str
    purpose: str


class LeftOutBody(BaseModel):
    """Counts judgments that are not scored."""

    cannot_judge: int
    by_models: int
    same_endpoint: int


class BoardsBody(BaseModel):
    """Tells every board of a project, with method, n and intervals."""

    project: str
    simulated: bool
    inputs_sha256: str
    n_annotators: int
    n_simulated: int
    left_out: LeftOutBody
    schema_: str = Field(alias="schema")
    method: str
    level: float
    n_judgments: int
    n_prompts: int
    n_ties: int
    n_models: int
    log_likelihood: float
    position: PositionBody
    boards: list[BoardBody]
    suggestions: list[SuggestionBody]
    warnings: list[str]


@bp.get("/<slug>/board", responses={"200": BoardsBody}, summary="Read the boards of a project")
def show_board(path: ProjectPath) -> Response:
    """Fit the boards of a project to its judgments in force."""
    api_actor(Scope.PROJECTS_READ)
    scored = project_boards(path.slug, session=current_session())
    return jsonify(boards_document(scored))
