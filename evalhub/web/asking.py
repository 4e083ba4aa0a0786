"""Show what a project asks next, why, and what more judgments would settle."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import SelectionMode
from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.services.scoring.asking import ask_next
from evalhub.web.context import current_session, requires
from evalhub.web.language import N_, Words

bp = Blueprint("asking", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
N_PAIRS_SHOWN = 15
MODE_NOTES = Words(
    {
        SelectionMode.RANK: N_("the order of all models"),
        SelectionMode.WINNER: N_("which model is best"),
        SelectionMode.UNIFORM: N_("nothing in particular"),
    }
)
POLICY_NOTES = Words(
    {
        SelectionPolicy.CONNECT: N_("linking models that no chain of judgments links yet"),
        SelectionPolicy.UNIFORM: N_("drawing evenly"),
        SelectionPolicy.RANK: N_("drawing by what a judgment settles of the order"),
        SelectionPolicy.WINNER: N_("drawing by who may be among the best two"),
    }
)


@bp.get("/<slug>/scores/next")
@requires(*READERS)
def show_next(slug: str) -> ResponseReturnValue:
    """Show what would be asked next in each mode, and what that would settle."""
    asked = ask_next(slug, session=current_session())
    return render_template(
        "scores/next.html",
        asked=asked,
        pairs=asked.pairs[:N_PAIRS_SHOWN],
        mode_notes=MODE_NOTES,
        policy_notes=POLICY_NOTES,
    )
