"""Show a project's boards criterion by criterion, and a sum of those that are named."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.services.scoring.criteria import project_criteria
from evalhub.web.context import current_session, requires
from evalhub.web.plots import board_plot
from evalhub.web.scores import READERS, clusters_of

bp = Blueprint("criteria", __name__, url_prefix="/projects")


@bp.get("/<slug>/scores/criteria")
@requires(*READERS)
def show_criteria(slug: str) -> ResponseReturnValue:
    """Show a board for each criterion; ``add`` names those to add up, and nothing is by default."""
    scored = project_criteria(slug, session=current_session(), chosen=request.args.getlist("add"))
    number = 0
    shown = []
    for criterion in scored.criteria:
        boards = [board for board in criterion.boards.boards if board.n_judgments]
        plots = [board_plot(board, number=number + k) for k, board in enumerate(boards, start=1)]
        shown.append(
            (criterion, list(enumerate(zip(boards, plots, strict=True), start=number + 1)))
        )
        number += len(boards)
    return render_template("scores/criteria.html", scored=scored, shown=shown, clusters=clusters_of)
