"""Show reviewers the labels of a project's pairs, and where they contradict the judgments."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.scoring.labels import Standing
from evalhub.rim.routing import page_number
from evalhub.services.projects.finding import READERS
from evalhub.services.scoring.labels import project_labels
from evalhub.web.context import current_session, requires
from evalhub.web.language import N_, Words

bp = Blueprint("labels", __name__, url_prefix="/projects")

DISPUTED = "disputed"
STANDINGS = Words(
    {
        Standing.AGREES: "",
        Standing.AGAINST_MAJORITY: N_("against the majority"),
        Standing.AGAINST_ALL: N_("against every judgment"),
    }
)


@bp.get("/<slug>/labels")
@requires(*READERS)
def show_labels(slug: str) -> ResponseReturnValue:
    """Show a page of labelled pairs, those that contradict their judgments first."""
    is_disputed = request.args.get("show") == DISPUTED
    labels = project_labels(
        slug,
        session=current_session(),
        page=page_number(request.args.get("page")),
        is_disputed=is_disputed,
    )
    return render_template(
        "labels/list.html", labels=labels, is_disputed=is_disputed, standings=STANDINGS
    )
