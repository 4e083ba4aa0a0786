"""Show experts where they stand and what comes next, and let coordinators decide about it."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.qualifying.ladder import LADDER, level_after
from evalhub.core.qualifying.levels import MAX_LEVEL_DAYS, LadderOutcome
from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.routing import page_number
from evalhub.services.qualifying.deciding import QUALIFIERS
from evalhub.services.qualifying.ladder import (
    Step,
    list_climbers,
    own_standings,
    review_level,
    standing_in,
)
from evalhub.services.qualifying.registry import QualifiedPerson, get_qualified
from evalhub.web import ladder_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
    signed_in,
)
from evalhub.web.language import _
from evalhub.web.registry import YEAR_DAYS

bp = Blueprint("ladder", __name__)


@bp.get("/ladder")
@requires(Role.ANNOTATOR)
def show_own() -> ResponseReturnValue:
    """Show where the person stands in each domain, and what the next level asks for."""
    return render_template(
        "ladder/own.html",
        standings=own_standings(own_id(), session=current_session(), now=now()),
        ladder=LADDER,
        say=say,
    )


@bp.get("/ladder-desk")
@requires(*QUALIFIERS)
def search() -> ResponseReturnValue:
    """List the experts of a domain with what they have of the next level."""
    domain = "_".join(request.args.get("domain", "").strip()[:64].lower().split())
    page = page_number(request.args.get("page"))
    found = list_climbers(domain, session=current_session(), now=now(), page=page)
    return render_template("ladder/desk.html", domain=domain, listing=found, say=say)


@bp.get("/ladder-desk/<public_id>/<domain>")
@requires(*QUALIFIERS)
def show(public_id: str, domain: str) -> ResponseReturnValue:
    """Show one expert's evidence in a domain with what may be decided."""
    return _page(public_id, domain)


@bp.post("/ladder-desk/<public_id>/<domain>")
@requires(*QUALIFIERS)
def decide(public_id: str, domain: str) -> ResponseReturnValue:
    """Decide about an expert's step."""
    person = _person(public_id)
    try:
        review_level(
            person.id,
            domain,
            Step(
                choice(request.form.get("outcome", ""), LadderOutcome, where="outcome"),
                seen=whole_number(request.form.get("seen", ""), where="seen"),
                days=whole_number(request.form.get("days", ""), where="days"),
                reason=request.form.get("reason", "").strip(),
            ),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, domain), error)
    return done(
        _("The decision is kept, with your name and its reason."),
        url_for("ladder.show", public_id=public_id, domain=domain),
    )


def _person(public_id: str) -> QualifiedPerson:
    return get_qualified(public_id, session=current_session(), now=now())


def _page(public_id: str, domain: str, problems: Sequence[Problem] = ()) -> str:
    person = _person(public_id)
    standing = standing_in(person.id, domain, session=current_session(), now=now())
    # Any text may stand in an address; a domain in which nothing is known of anybody is none.
    if standing.latest is None and not standing.evidence.n_judgments and not standing.n_met:
        raise NotFound(Sentence("Nothing is known of this expert in this domain."))
    steps = [one for one in LadderOutcome if level_after(one, standing.level) is not None]
    return render_template(
        "ladder/person.html",
        person=person,
        standing=standing,
        outcomes=steps,
        is_own=public_id == signed_in().public_id,
        year_days=YEAR_DAYS,
        max_days=MAX_LEVEL_DAYS,
        form=request.form,
        say=say,
        problems=problems,
    )
