"""Show the capacity of the house: people by what they do, what waits, and how long it takes."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.services.operating.capacity import capacity_of_house
from evalhub.web import operating_words as say
from evalhub.web.context import current_session, current_settings, now, requires
from evalhub.web.operations import COORDINATORS
from evalhub.web.qualifying_words import LEVEL_NAMES, plain

bp = Blueprint("capacity", __name__)


@bp.get("/capacity")
@requires(*COORDINATORS)
def show() -> ResponseReturnValue:
    """Show people, review backlog, turnaround, and the backlog by level and project."""
    house = capacity_of_house(
        limit_hours=current_settings().review_backlog_hours,
        session=current_session(),
        now=now(),
    )
    return render_template(
        "operations/capacity.html",
        house=house,
        say=say,
        level_names=LEVEL_NAMES,
        plain=plain,
    )
