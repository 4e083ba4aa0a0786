"""Show a project's boards, and hand them out as JSON and CSV."""

import json
from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.core.scoring.board.board_csv import boards_to_csv
from evalhub.core.scoring.board.matrix import WinMatrix, win_matrix
from evalhub.core.scoring.existence.linking import LinkPurpose
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.results import Board
from evalhub.errors import Problem
from evalhub.rim.state import kept_boards
from evalhub.services.releasing.buildable import BUILDERS
from evalhub.services.scoring.boards import ProjectBoards, boards_document, project_boards
from evalhub.services.scoring.keeping import BoardCache
from evalhub.web.context import current_actor, current_session, requires
from evalhub.web.filed import attachment
from evalhub.web.language import N_, Words, ngettext
from evalhub.web.plots import board_plot
from evalhub.web.score_options import option_groups, options_from, query_of

bp = Blueprint("scores", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
MAX_INLINE = 12
"""Boards of more models leave their win matrix to its own page; more columns do not fit here."""
MAX_SUGGESTIONS = 8
MAX_PAIRWISE = 12
"""Boards of more models list the differences of neighbours only; the JSON has more."""

PURPOSES = Words(
    {
        LinkPurpose.JOIN_BOARDS: N_("to put their boards on one scale"),
        LinkPurpose.BOUND_A_GAP: N_("to bound the gap between them"),
    }
)
CLUSTERS: Mapping[Cluster, tuple[str, str]] = {
    Cluster.PROMPT: ("%(num)s prompt", "%(num)s prompts"),
    Cluster.ANNOTATOR: ("%(num)s expert", "%(num)s experts"),
    Cluster.BOTH: ("%(num)s prompt or expert", "%(num)s prompts or experts"),
    Cluster.NONE: ("%(num)s judgment", "%(num)s judgments"),
}


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
        (board, board_plot(board, number=number), _inline_matrix(board, scored))
        for number, board in enumerate(boards, start=1)
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
    return attachment(f"{text}\n", f"{slug}-scores.json", "application/json")


@bp.get("/<slug>/scores.csv")
@requires(*READERS)
def download_csv(slug: str) -> ResponseReturnValue:
    """Hand out one row a model."""
    scored = _scored(slug)
    text = boards_to_csv(scored.boards, is_simulated=scored.is_simulated)
    return attachment(text, f"{slug}-scores.csv", "text/csv")


def clusters_of(board: Board) -> str:
    """Return what the intervals of a board are clustered by, with its number."""
    return ngettext(*CLUSTERS[board.cluster], board.n_clusters)


def _inline_matrix(board: Board, scored: ProjectBoards) -> WinMatrix | None:
    if board.n_models > MAX_INLINE:
        return None
    return win_matrix(scored.table, [row.model for row in board.rows])


def _scored(slug: str, cache: BoardCache | None = None) -> ProjectBoards:
    options = options_from(request.args)
    return project_boards(slug, session=current_session(), options=options, cache=cache)
