"""Show a project's judgments with their reasons to those who review them."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.campaigns import JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.rim.routing import page_number
from evalhub.services.judging.browsing import list_judgments
from evalhub.services.projects.finding import READERS, get_project
from evalhub.web.context import current_session, requires
from evalhub.web.language import N_, Words

bp = Blueprint("judgments", __name__, url_prefix="/projects")

CHOICES = Words(
    {
        Choice.A: N_("A"),
        Choice.B: N_("B"),
        Choice.TIE: N_("about the same"),
        Choice.BOTH_GOOD: N_("both good"),
        Choice.BOTH_BAD: N_("both bad"),
        Choice.CANNOT_JUDGE: N_("cannot judge"),
    }
)
ORIGINS = Words(
    {
        JudgmentOrigin.FORM: "",
        JudgmentOrigin.IMPORTED: N_("imported"),
        JudgmentOrigin.SIMULATED: N_("simulated"),
    }
)
MAX_KEY = 200


@bp.get("/<slug>/judgments")
@requires(*READERS)
def show_judgments(slug: str) -> ResponseReturnValue:
    """Show a page of the judgments in force, the newest first."""
    project = get_project(slug, session=current_session())
    prompt = request.args.get("prompt", "").strip()[:MAX_KEY]
    return render_template(
        "judgments/list.html",
        project=project,
        prompt=prompt,
        listing=list_judgments(
            project,
            session=current_session(),
            prompt=prompt,
            page=page_number(request.args.get("page")),
        ),
        choices=CHOICES,
        origins=ORIGINS,
    )
