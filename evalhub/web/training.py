"""Let experts take trainings: terms first, then pages and pairs with their keys at once."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import whole_number
from evalhub.services.qualifying.training_rounds import (
    StandingRound,
    finish_step,
    own_training,
    own_trainings,
    start_round,
)
from evalhub.web import judging_words
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    commit_now,
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _
from evalhub.web.preferences import preference_of
from evalhub.web.rendering import render_alike, render_text

bp = Blueprint("training", __name__, url_prefix="/training")


@bp.get("")
@requires(Role.ANNOTATOR)
def show_all() -> ResponseReturnValue:
    """List the trainings with what each takes, pays and has come to."""
    found = own_trainings(own_id(), session=current_session())
    return render_template("training/list.html", trainings=found, say=say)


@bp.get("/<slug>")
@requires(Role.ANNOTATOR)
def show(slug: str) -> ResponseReturnValue:
    """Show the terms of a training, its steps, and how the latest round went."""
    own = own_training(own_id(), slug, session=current_session())
    return render_template("training/show.html", own=own, say=say)


@bp.post("/<slug>")
@requires(Role.ANNOTATOR)
def start(slug: str) -> ResponseReturnValue:
    """Start a round at the terms that stood on the page, and go to its first step."""
    start_round(
        own_id(),
        slug,
        seen=whole_number(request.form.get("version", ""), where="version"),
        session=current_session(),
        actor=current_actor(),
        now=now(),
    )
    # The next page shows the round, so its start must stand first.
    commit_now()
    return redirect(url_for("training.show_step", slug=slug, number=1), code=303)


@bp.get("/<slug>/<int:number>")
@requires(Role.ANNOTATOR)
def show_step(slug: str, number: int) -> ResponseReturnValue:
    """Show one step, or the one that comes first; a pair that is answered shows its key."""
    found = _round(slug)
    ahead = found.next_position
    # An address typed or kept from another round: a refusal would not say where to go on.
    if ahead is not None and ahead + 1 < number <= found.standing.training.n_steps:
        flash(_("Do the steps before this one first."))
        return redirect(url_for("training.show_step", slug=slug, number=ahead + 1))
    return _step_page(slug, number)


@bp.post("/<slug>/<int:number>")
@requires(Role.ANNOTATOR)
def do_step(slug: str, number: int) -> ResponseReturnValue:
    """Keep a step; after a page comes the next one, after a pair what its key says."""
    chosen = request.form.get("preference")
    try:
        after = finish_step(
            own_id(),
            slug,
            number - 1,
            None if chosen is None else preference_of(chosen),
            seen=whole_number(request.form.get("round", ""), where="round"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_step_page, slug, number), error)
    commit_now()
    if after.standing.training.page_at(number - 1) is None:
        return redirect(url_for("training.show_step", slug=slug, number=number), code=303)
    if after.next_position is None:
        return done(_("That was the last step."), url_for("training.show", slug=slug))
    return redirect(url_for("training.show_step", slug=slug, number=number + 1), code=303)


def _round(slug: str) -> StandingRound:
    found = own_training(own_id(), slug, session=current_session()).latest
    if found is None:
        raise Conflict(Sentence("You have not started this training."))
    return found


def _step_page(slug: str, number: int, problems: Sequence[Problem] = ()) -> str:
    found = _round(slug)
    training = found.standing.training
    if not 1 <= number <= training.n_steps:
        raise NotFound(Sentence("There is no such step."))
    page = training.page_at(number - 1)
    item, key = (None, None) if page else training.item_at(number - 1)
    return render_template(
        "training/step.html",
        slug=slug,
        round=found,
        training=training,
        number=number,
        page=page,
        item=item,
        # The key is handed over with an answer only: before it, the page cannot show it.
        key=key if number - 1 in found.answers else None,
        answers=render_alike(item.a, item.b) if item else (),
        chosen=found.answers.get(number - 1),
        render=render_text,
        rubric=found.standing.rubric,
        say=judging_words,
        problems=problems,
    )
