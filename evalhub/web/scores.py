"""Show a project's boards."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Role, Scope
from evalhub.core.scoring.clustering import CLUSTER_WORDS
from evalhub.core.scoring.linking import LinkPurpose
from evalhub.errors import Problem
from evalhub.services.scoring.boards import project_boards
from evalhub.web.context import current_actor, current_session, requires
from evalhub.web.plots import board_plot

bp = Blueprint("scores", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
BUILDERS = (Role.RESEARCHER, Role.ADMIN)
HEAT_STEPS = (20, 30, 40, 47, 53, 60, 70, 80)
"""Upper bounds, in per cent, of the steps of the win matrix's scale; the fifth is even."""

MAX_SUGGESTIONS = 8
PURPOSES = {
    LinkPurpose.JOIN_BOARDS: "to put their boards on one scale",
    LinkPurpose.BOUND_A_GAP: "to bound the gap between them",
}


@bp.get("/<slug>/scores")
@requires(*READERS)
def show_scores(slug: str) -> ResponseReturnValue:
    """Show the boards of a project, fitted to the judgments in force."""
    return scores_page(slug)


def scores_page(slug: str, problems: Sequence[Problem] = (), *, version: str = "") -> str:
    """Return the page of a project's boards; ``problems`` stand at the form that builds."""
    scored = project_boards(slug, session=current_session())
    boards = scored.boards.boards
    ranked = [
        (board, board_plot(board, number=number), matrix)
        for number, (board, matrix) in enumerate(zip(boards, scored.matrices, strict=True), start=1)
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
        cluster_words=CLUSTER_WORDS,
        suggestions=scored.boards.suggestions[:MAX_SUGGESTIONS],
    )


def heat_class(share: float) -> str:
    """Return the class of a cell of the win matrix, ``h1`` (row loses) to ``h9`` (row wins)."""
    per_cent = share * 100
    return f"h{1 + sum(per_cent > bound for bound in HEAT_STEPS)}"
