"""Give boards as JSON."""

from flask import Response, jsonify
from pydantic import Field

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties
from evalhub.rim.state import kept_boards
from evalhub.services.scoring.boards import boards_document, project_boards

bp = project_blueprint("api_scores", __name__)


class StyleStrengthBody(Body):
    """Tells a model's strength once style is held equal."""

    strength: float
    elo: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    elo_low: float | None
    elo_high: float | None


class EffectBody(Body):
    """Tells one effect in log-odds; ``reason`` says why a number is missing."""

    effect: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None


class NamedEffectBody(EffectBody):
    """Tells the effect of one trait of style, per standard deviation."""

    name: str


class StyleBody(Body):
    """Tells what style amounts to, where it was asked for."""

    method: str
    effects: list[NamedEffectBody]


class TieModelBody(Body):
    """Tells the tie parameter, psi or nu, and the thresholds of grades."""

    name: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    thresholds: list[float]


class DifferenceBody(Body):
    """Tells how much stronger one model is than another.

    ``certain`` holds when the order is sure with all pairs of the board considered together.
    """

    first: str
    second: str
    difference: float
    se: float
    ci_low: float
    ci_high: float
    certain: bool


class BoardRowBody(Body):
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
    style: StyleStrengthBody | None


class GroupBody(Body):
    """Names models that wins and ties link both ways."""

    models: list[str]
    level: int
    flag: str | None


class BoardBody(Body):
    """Tells one board: models on different boards cannot be compared."""

    method: str
    has_finite_maximum: bool
    ridge: float
    log_likelihood: float
    n_judgments: int
    n_ties: int
    n_models: int
    cluster: str
    n_clusters: int
    tie_model: TieModelBody | None
    position: EffectBody
    rank_method: str | None
    rank_quantile: float | None
    models: list[BoardRowBody]
    groups: list[GroupBody]
    differences: list[DifferenceBody]
    style: StyleBody | None
    warnings: list[str]


class PositionBody(EffectBody):
    """Tells how often the left side won, and its advantage on the largest board."""

    left_wins: int
    n_decisive: int
    left_share: float | None
    left_share_low: float | None
    left_share_high: float | None
    left_share_method: str | None


class OptionsBody(Body):
    """Tells what was asked for."""

    ties: str
    cluster: str
    position: str
    style: bool


class SuggestionBody(Body):
    """Names two models to compare next."""

    first: str
    second: str
    purpose: str


class LeftOutBody(Body):
    """Counts judgments that are not scored."""

    cannot_judge: int
    by_models: int
    same_endpoint: int


class BoardsBody(Body):
    """Tells every board of a project, with method, n and intervals."""

    project: str
    simulated: bool
    inputs_sha256: str | None
    n_annotators: int
    n_simulated: int
    left_out: LeftOutBody
    schema_: str = Field(alias="schema")
    method: str
    options: OptionsBody
    level: float
    n_judgments: int
    n_prompts: int | None
    n_ties: int
    n_models: int
    log_likelihood: float
    tie_parameter: float | None
    position: PositionBody
    boards: list[BoardBody]
    suggestions: list[SuggestionBody]
    warnings: list[str]


class BoardQuery(Body):
    """Says how to score; the defaults are the headline."""

    ties: Ties = Ties.HALF
    cluster: Cluster = Cluster.PROMPT
    position: PositionTerm = PositionTerm.REPORT
    style: bool = False
    level: float = Field(0.95, gt=0, lt=1)

    def options(self) -> FitOptions:
        """Return the query as options of a fit."""
        return FitOptions(
            ties=self.ties,
            cluster=self.cluster,
            position=self.position,
            level=self.level,
            is_style_controlled=self.style,
        )


@bp.get("/<slug>/board", responses={"200": BoardsBody}, summary="Read the boards of a project")
def show_board(path: ProjectPath, query: BoardQuery) -> Response:
    """Fit the boards of a project to its judgments in force."""
    api_actor(Scope.PROJECTS_READ)
    scored = project_boards(
        path.slug, session=current_session(), options=query.options(), cache=kept_boards()
    )
    return jsonify(boards_document(scored))
