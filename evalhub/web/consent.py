"""Ask people what their judgments may be used for, and let them change their answer."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.core.consent import FOUR_ANSWERS, PURPOSE_WORDS, ConsentPurpose
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import chosen, whole_number
from evalhub.services.consenting.answers import answer, answers_of
from evalhub.services.consenting.texts import current_text
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _

bp = Blueprint("consent", __name__, url_prefix="/consent")


@bp.get("")
@requires()
def show() -> ResponseReturnValue:
    """Show the text, the purposes and the present answer."""
    return _page()


@bp.post("")
@requires()
def give() -> ResponseReturnValue:
    """Keep an answer; no box ticked withdraws everything."""
    try:
        answer(
            own_id(),
            # One that is not known is no box that was left open: it would withdraw in silence.
            chosen(request.form.getlist("purpose"), ConsentPurpose, where="purpose"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
            text_version=whole_number(request.form.get("version", ""), where="version"),
        )
    except (BadInput, Conflict) as error:
        return refused(_page, error)
    return done(_("Your answer is kept. You can change it here at any time."), "/consent")


def _page(problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    answers = answers_of(own_id(), session=session)
    return render_template(
        "consent/show.html",
        text=current_text(session=session),
        questions=FOUR_ANSWERS,
        words=PURPOSE_WORDS,
        answers=answers,
        latest=answers[-1] if answers else None,
        problems=problems,
    )
