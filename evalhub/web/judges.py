"""Show the audit of judges that are models."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.services.scoring.judges import project_judges
from evalhub.web.context import current_session, requires

bp = Blueprint("judges", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]


@bp.get("/<slug>/scores/judges")
@requires(*READERS)
def show_judges(slug: str) -> ResponseReturnValue:
    """Show each judge beside the experts, against itself, and by length."""
    return render_template(
        "scores/judges.html", found=project_judges(slug, session=current_session())
    )
