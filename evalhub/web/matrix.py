"""Show who won how often against whom, and hand it out as JSON and CSV."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.core.scoring.board.matrix import Opponent, WinMatrix, matrices_to_csv
from evalhub.errors import BadInput
from evalhub.rim.state import kept_boards
from evalhub.services.scoring.boards import ProjectBoards, matrix_document, project_boards
from evalhub.web.context import current_session, requires
from evalhub.web.filed import attachment

bp = Blueprint("matrix", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
MAX_DRAWN = 100
"""A board of more models is not drawn: its ten thousand cells would be a page of a megabyte."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Hold one model with what it did against each other model of its board."""

    model: str
    opponents: tuple[Opponent, ...]


@bp.get("/<slug>/scores/matrix")
@requires(*READERS)
def show_matrix(slug: str) -> ResponseReturnValue:
    """Show a matrix for each board, and the record of one model in full."""
    scored = _scored(slug)
    ranked = [matrix for matrix in scored.matrices if matrix.n_judgments]
    return render_template(
        "scores/matrix.html",
        scored=scored,
        ranked=ranked,
        record=_record(ranked, request.args.get("model", "")),
        max_drawn=MAX_DRAWN,
    )


@bp.get("/<slug>/scores/matrix.json")
@requires(*READERS)
def download_json(slug: str) -> ResponseReturnValue:
    """Hand out the matrices as the API gives them."""
    text = json.dumps(matrix_document(_scored(slug)), indent=2, ensure_ascii=False)
    return attachment(f"{text}\n", f"{slug}-matrix.json", "application/json")


@bp.get("/<slug>/scores/matrix.csv")
@requires(*READERS)
def download_csv(slug: str) -> ResponseReturnValue:
    """Hand out one line for each model and opponent."""
    scored = _scored(slug)
    text = matrices_to_csv(scored.matrices, is_simulated=scored.is_simulated)
    return attachment(text, f"{slug}-matrix.csv", "text/csv")


def _scored(slug: str) -> ProjectBoards:
    # No option of a fit changes a count, so the board that is kept serves as it is.
    return project_boards(slug, session=current_session(), cache=kept_boards())


def _record(matrices: Sequence[WinMatrix], model: str) -> ModelRecord | None:
    """Return the record of ``model``, or of the first model of the largest board."""
    if not matrices:
        return None
    chosen = model or matrices[0].models[0]
    for matrix in matrices:
        if chosen in matrix.models:
            return ModelRecord(chosen, matrix.opponents(chosen))
    raise BadInput.at("model", f"{chosen[:80]!r} stands on no board of this project")
