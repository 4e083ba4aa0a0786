"""Show annotators the work that is open to them, let them claim it, and list what they did."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.pay.tiers import Price
from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import whole_number
from evalhub.rim.pay import floors_of
from evalhub.rim.routing import page_number
from evalhub.services.assigning.claiming import claim
from evalhub.services.assigning.work import Work, list_work
from evalhub.services.consenting.answers import answers_of
from evalhub.services.judging.history import own_judgments
from evalhub.services.judging.today import today_of
from evalhub.services.projects.removals import own_removals
from evalhub.services.reviewing.reading import n_asked
from evalhub.services.rubric_notes.reading import n_decided_lately
from evalhub.services.teams import find_own_stay
from evalhub.web import judging_words as say
from evalhub.web.answering import done
from evalhub.web.context import (
    commit_now,
    current_actor,
    current_session,
    current_settings,
    now,
    only_read,
    own_id,
    requires,
)
from evalhub.web.control_words import shares_words
from evalhub.web.language import _, current_language
from evalhub.web.pay_words import TIER_NAMES
from evalhub.web.rendering import render_text

bp = Blueprint("work", __name__, url_prefix="/work")
LOT = random.SystemRandom()
"""Draws pairs and sides; nobody can foresee it."""


@bp.get("")
@requires(Role.ANNOTATOR)
def show() -> ResponseReturnValue:
    """Show the projects open to this person and what they have in hand."""
    return _list()


@bp.post("/claim/<slug>")
@requires(Role.ANNOTATOR)
def take(slug: str) -> ResponseReturnValue:
    """Claim a comparison and go to it; the one already in hand comes first."""
    try:
        lease = claim(
            slug,
            actor=current_actor(),
            accepts_terms=request.form.get("accept") == "yes",
            terms_number=_read_terms(),
            session=current_session(),
            now=now(),
            rng=LOT,
        )
    # The list is drawn again without the writer's place, which others wait for.
    except BadInput as error:
        only_read()
        return _list(error.problems), 422
    except Conflict as error:
        only_read()
        return _list([Problem("", str(error))]), 409
    # The page that follows says whose the comparison is, so that must stand first.
    commit_now()
    if lease is None:
        return done(_("Nothing is left for you in this project. Thank you."), url_for("work.show"))
    return redirect(url_for("comparing.show", token=lease.token), code=303)


@bp.get("/history")
@requires(Role.ANNOTATOR)
def show_history() -> ResponseReturnValue:
    """List the person's own judgments, the newest first."""
    listing = own_judgments(
        own_id(),
        session=current_session(),
        now=now(),
        page=page_number(request.args.get("page")),
        language=current_language(),
    )
    return render_template(
        "work/history.html",
        listing=listing,
        say=say,
        shares_words=shares_words,
        link=lambda page: url_for("work.show_history", page=page),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """Hold what an hour comes to at the expected minutes, and the least the tier allows."""

    per_hour: int
    floor: int | None


def _offer(work: Work) -> Offer:
    price = Price(work.pay_minor_units, work.pay_currency, work.expected_minutes)
    floor = floors_of(current_settings()).find(work.pay_tier, work.pay_currency)
    return Offer(price.per_hour, floor)


def _read_terms() -> int | None:
    """Return which terms the list showed; None for a page from before it said so."""
    given = request.form.get("terms_number", "")
    return whole_number(given, where="terms") if given else None


def _list(problems: Sequence[Problem] = ()) -> str:
    session, person_id = current_session(), own_id()
    works = list_work(person_id, session=session, now=now())
    return render_template(
        "work/list.html",
        has_answered=bool(answers_of(person_id, session=session)),
        works=works,
        n_asked=n_asked(person_id, session=session, now=now()),
        n_decided=n_decided_lately(person_id, session=session, now=now()),
        team=find_own_stay(person_id, session=session),
        removals=own_removals(person_id, session=session, now=now()),
        held=[work for work in works if work.held],
        today=today_of(person_id, session=session, now=now()),
        recent=own_judgments(person_id, session=session, now=now(), language=current_language()),
        say=say,
        shares_words=shares_words,
        tiers=TIER_NAMES,
        offers={work.slug: _offer(work) for work in works},
        render=render_text,
        problems=problems,
    )
