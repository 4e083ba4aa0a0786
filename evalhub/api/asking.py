"""Give what a project asks next as JSON."""

from datetime import datetime

from flask import Response, jsonify

from evalhub.api.context import api_actor, current_session
from evalhub.api.describing import Body
from evalhub.api.projects import ProjectPath, project_blueprint
from evalhub.core.people import Scope
from evalhub.services.scoring.asking import ask_next, ask_next_document

bp = project_blueprint("api_asking", __name__)


class ModeChancesBody(Body):
    """Tells how likely the next draw is these two models, in each mode."""

    rank: float
    winner: float
    uniform: float


class NextPairBody(Body):
    """Names two models that may be asked next."""

    first: str
    second: str
    n_judgments: int
    n_open: int
    joins_parts: bool
    probability: ModeChancesBody


class PromptUseBody(Body):
    """Tells how many scored judgments a prompt has."""

    key: str
    n_judgments: int


class ActiveTimeBody(Body):
    """Tells the mean active minutes of a judgment, and on how many it was measured."""

    minutes: float
    n: int


class ForeseenPointBody(Body):
    """Tells what is expected after further judgments: probabilities, and places of error."""

    n_more: int
    hours: float | None
    winner: float
    neighbours: float
    places_off: float


class SimulationErrorBody(Body):
    """Tells half the width of a 95 % interval of each measure over the simulated futures."""

    winner: float
    neighbours: float
    places_off: float


class ForeseenBody(Body):
    """Tells what more judgments would settle; without points, ``reason`` says what is missing."""

    points: list[ForeseenPointBody]
    reason: str
    method: str
    n_futures: int
    error: SimulationErrorBody | None
    inflation: float
    has_clusters: bool
    time: ActiveTimeBody | None


class AskNextBody(Body):
    """Tells what a project asks next, by which rule, and what that would settle."""

    project: str
    simulated: bool
    mode: str
    policy: str
    floor: float
    n_judgments: int
    n_models: int
    n_least_judged: int
    n_parts: int
    planned_at: datetime | None
    n_planned_from: int | None
    pairs: list[NextPairBody]
    prompts: list[PromptUseBody]
    n_places_left: int
    foreseen: ForeseenBody


@bp.get("/<slug>/next", responses={"200": AskNextBody}, summary="Read what a project asks next")
def show_next(path: ProjectPath) -> Response:
    """Plan a project in every mode from its judgments in force; nothing is stored."""
    api_actor(Scope.PROJECTS_READ)
    asked = ask_next(path.slug, session=current_session())
    return jsonify(ask_next_document(asked))
