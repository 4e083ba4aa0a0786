"""Let experts choose among projects: pay and terms first, then join, and leave at any time."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.rim.pay import floors_of
from evalhub.services.projects.choosing import (
    ProjectOffer,
    join_project,
    leave_project,
    list_offers,
)
from evalhub.web import judging_words
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    own_id,
    requires,
)
from evalhub.web.control_words import shares_words
from evalhub.web.language import _
from evalhub.web.pay_words import TIER_NAMES
from evalhub.web.rendering import render_text

bp = Blueprint("choosing", __name__, url_prefix="/work/projects")


@bp.get("")
@requires(Role.ANNOTATOR)
def show() -> ResponseReturnValue:
    """List the projects a person is on, could join, or lacks something for."""
    offers = list_offers(own_id(), session=current_session(), now=now())
    floors = floors_of(current_settings())
    return render_template(
        "work/projects.html",
        offers=offers,
        groups=_groups(offers),
        floors={offer.slug: floors.find(offer.pay_tier, offer.price.currency) for offer in offers},
        tiers=TIER_NAMES,
        pay_words=judging_words.pay_words,
        render=render_text,
        say=say,
        shares_words=shares_words,
    )


@bp.post("/<slug>/join")
@requires(Role.ANNOTATOR)
def enter(slug: str) -> ResponseReturnValue:
    """Join a project."""
    join_project(slug, session=current_session(), actor=current_actor(), now=now())
    return done(
        _("You are on this project. Its work stands on your list."), url_for("choosing.show")
    )


@bp.post("/<slug>/leave")
@requires(Role.ANNOTATOR)
def go(slug: str) -> ResponseReturnValue:
    """Leave a project."""
    leave_project(slug, session=current_session(), actor=current_actor(), now=now())
    flash(_("You have left this project. What you judged stays, and nothing counts against you."))
    return redirect(url_for("choosing.show"), code=303)


def _groups(offers: Sequence[ProjectOffer]) -> list[tuple[str, list[ProjectOffer]]]:
    """Return the projects as the page sets them apart; a group without any has no heading."""
    return [
        (_("You are on"), [one for one in offers if one.is_member]),
        (_("You can join"), [one for one in offers if one.can_join]),
        (_("Something is missing"), [one for one in offers if not (one.is_member or one.can_join)]),
    ]
