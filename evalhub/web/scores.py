"""Show a project's boards, and hand them out as JSON and CSV."""

import json
from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Role, Scope
from evalhub.core.scoring.board.board_csv import boards_to_csv
from evalhub.core.scoring.counting.clustering import CLUSTER_NOUNS, CLUSTER_WORDS
from evalhub.core.scoring.existence.linking import LinkPurpose
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.results import Board
from evalhub.core.wording import counted
from evalhub.errors import Problem
from evalhub.rim.state import kept_boards
from evalhub.services.scoring.boards import ProjectBoards, boards_document, project_boards
from evalhub.services.scoring.keeping import BoardCache
from evalhub.web.context import current_actor, current_session, requires
from evalhub.web.plots import board_plot
from evalhub.web.score_options import option_groups, options_from, query_of

bp = Blueprint("scores", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
BUILDERS = (Role.RESEARCHER, Role.ADMIN)
HEAT_STEPS = (20, 30, 40, 47, 53, 60, 70, 80)
"""Upper bounds, in per cent, of the steps of the win matrix's scale; the fifth is even."""

MAX_SUGGESTIONS = 8
MAX_PAIRWISE = 12
"""Boards of more models list the differences of neighbours only; the JSON has more."""

PURPOSES = {
    LinkPurpose.JOIN_BOARDS: "to put their boards on one scale",
    LinkPurpose.BOUND_A_GAP: "to bound the gap between them",
}
WORDS = {**CLUSTER_WORDS, Cluster.ANNOTATOR: "experts", Cluster.BOTH: "prompts or experts"}
NOUNS = {**CLUSTER_NOUNS, Cluster.ANNOTATOR: "expert", Cluster.BOTH: "prompt or expert"}


@bp.get("/<slug>/scores")
@requires(*READERS)
def show_scores(slug: str) -> ResponseReturnValue:
    """Show the boards of a project, fitted to the judgments in force."""
    return scores_page(slug)


def scores_page(slug: str, problems: Sequence[Problem] = (), *, version: str = "") -> str:
    """Return the page of a project's boards; ``problems`` stand at the form that builds."""
    scored = _scored(slug, kept_boards())
    boards, options = scored.boards.boards, scored.boards.options
    ranked = [
        (board, board_plot(board, number=number), matrix)
        for number, (board, matrix) in enumerate(zip(boards, scored.matrices, strict=True), start=1)
        # A board of models that nobody compared has no strengths to draw; they are named below.
        if board.n_judgments
    ]
    return render_template(
        "scores/show.html",
        scored=scored,
        problems=problems,
        version=version,
        ranked=ranked,
        not_compared=[row.model for board in boards if not board.n_judgments for row in board.rows],
        can_build=current_actor().has(*BUILDERS),
        heat=heat_class,
        purposes=PURPOSES,
        clusters=clusters_of,
        groups=option_groups(options, f"/projects/{slug}/scores"),
        query=query_of(options),
        max_pairwise=MAX_PAIRWISE,
        suggestions=scored.boards.suggestions[:MAX_SUGGESTIONS],
    )


@bp.get("/<slug>/scores.json")
@requires(*READERS)
def download_json(slug: str) -> ResponseReturnValue:
    """Hand out the boards as ``evalhub score --json`` prints them."""
    text = json.dumps(boards_document(_scored(slug)), indent=2, ensure_ascii=False)
    return _attachment(f"{text}\n", f"{slug}-scores.json", "application/json")


@bp.get("/<slug>/scores.csv")
@requires(*READERS)
def download_csv(slug: str) -> ResponseReturnValue:
    """Hand out one row a model."""
    text = boards_to_csv(_scored(slug).boards)
    return _attachment(text, f"{slug}-scores.csv", "text/csv; charset=utf-8")


def clusters_of(board: Board) -> str:
    """Return what the intervals of a board are clustered by, with its number."""
    return counted(board.n_clusters, NOUNS[board.cluster], WORDS[board.cluster])


def heat_class(share: float) -> str:
    """Return the class of a cell of the win matrix, ``h1`` (row loses) to ``h9`` (row wins)."""
    per_cent = share * 100
    return f"h{1 + sum(per_cent > bound for bound in HEAT_STEPS)}"


def _scored(slug: str, cache: BoardCache | None = None) -> ProjectBoards:
    options = options_from(request.args)
    return project_boards(slug, session=current_session(), options=options, cache=cache)


def _attachment(text: str, name: str, mimetype: str) -> Response:
    # Only a project that exists comes this far, and its slug is plain ASCII.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=mimetype, headers=headers)
