"""Show what a project's judgments say of its annotators, and ranks nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Scope
from evalhub.core.scoring.annotators import AnnotatorFigures, Median
from evalhub.core.scoring.intervals.shares import Share
from evalhub.rim.routing import page_number
from evalhub.services.paging import Listing
from evalhub.services.scoring.annotators import project_annotators
from evalhub.web.context import current_actor, current_session, requires
from evalhub.web.language import N_

bp = Blueprint("annotators", __name__, url_prefix="/projects")

READERS = SCOPE_ROLES[Scope.PROJECTS_READ]
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """Hold one figure's name, what it is, and how it is read from an annotator's figures."""

    title: str
    note: str
    of: Callable[[AnnotatorFigures], Share | Median]


COLUMNS = (
    Column(N_("Control items"), N_("share answered as known"), lambda one: one.control),
    Column(N_("Agreement"), N_("share said as most others say"), lambda one: one.agreement),
    Column(
        N_("Consistency"), N_("share unchanged when sides are swapped"), lambda one: one.consistency
    ),
    Column(N_("Left"), N_("share of preferences for the first side"), lambda one: one.left),
    Column(N_("Ties"), N_("share of verdicts that call a pair even"), lambda one: one.ties),
    Column(N_("Active time"), N_("median seconds at the page"), lambda one: one.active_seconds),
)


@bp.get("/<slug>/scores/annotators")
@requires(*READERS)
def show_annotators(slug: str) -> ResponseReturnValue:
    """Show the figures of everybody who judged, in the order of their opaque ids."""
    found = project_annotators(slug, session=current_session(), actor=current_actor())
    page = page_number(request.args.get("page"))
    start = (page - 1) * PAGE_SIZE
    shown, empty = _split(found.figures)
    reliabilities = found.crowd.reliabilities if found.crowd else ()
    return render_template(
        "scores/annotators.html",
        found=found,
        listing=Listing(
            list(found.figures[start : start + PAGE_SIZE]), page, len(found.figures), PAGE_SIZE
        ),
        columns=shown,
        empty=empty,
        reliability={one.annotator: one for one in reliabilities},
    )


def _split(
    figures: Sequence[AnnotatorFigures],
) -> tuple[list[Column], list[tuple[Column, str | None]]]:
    """Return the columns that hold a value for anybody, and the others with their reason."""
    shown = [column for column in COLUMNS if any(column.of(one).n for one in figures)]
    empty = [
        (column, column.of(figures[0]).reason)
        for column in COLUMNS
        if figures and column not in shown
    ]
    return shown, empty
