"""Let experts see how their judgments were looked at again, and have their word."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.reviewing.cases import MAX_MINUTES, MAX_WORDS
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import whole_number
from evalhub.rim.routing import page_number
from evalhub.services.reviewing import speaking
from evalhub.services.reviewing.feedback import feedback_of
from evalhub.services.reviewing.reading import own_case, own_cases
from evalhub.web import judging_words, review_words
from evalhub.web.answering import refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _, current_language
from evalhub.web.rendering import render_alike, render_text
from evalhub.web.said import said
from evalhub.web.sent import sent_form

# For whoever is signed in: what was said of somebody's judgments, and their word against it, stay
# theirs when the role is taken. A case that is not one's own is not there.
bp = Blueprint("own_reviews", __name__, url_prefix="/work/reviews")


@dataclass(frozen=True, slots=True)
class WordForm:
    """Hold the fields of an expert's word as they were typed; ``step`` is keep or appeal."""

    step: str = ""
    words: str = ""
    minutes: str = "0"


@bp.get("")
@requires()
def list_own() -> ResponseReturnValue:
    """List the person's judgments that were looked at again, the newest first."""
    listing = own_cases(
        own_id(),
        session=current_session(),
        now=now(),
        page=page_number(request.args.get("page")),
    )
    return render_template(
        "work/reviews.html",
        listing=listing,
        link=lambda page: url_for("own_reviews.list_own", page=page),
        say=review_words,
    )


@bp.get("/feedback")
@requires()
def show_feedback() -> ResponseReturnValue:
    """Show the person's own week beside the one before it, and beside nobody else's."""
    return render_template(
        "work/feedback.html",
        feedback=feedback_of(own_id(), session=current_session(), now=now()),
        returned=own_cases(own_id(), session=current_session(), now=now()).items[:5],
        say=review_words,
    )


@bp.get("/<int:case_id>")
@requires()
def show(case_id: int) -> ResponseReturnValue:
    """Show one case with the reasons of all its experts, in the order the person judged in."""
    return _page(case_id)


@bp.post("/<int:case_id>")
@requires()
def speak(case_id: int) -> ResponseReturnValue:
    """Stand by a judgment, or appeal a return or a decision."""
    form = sent_form(WordForm)
    say = {"keep": speaking.keep, "appeal": speaking.appeal}.get(form.step)
    try:
        if say is None:
            raise BadInput.at("step", _("choose one of the two buttons"))
        say(
            case_id,
            words=form.words,
            minutes=whole_number(form.minutes, where="minutes"),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _page(case_id, problems, form), error)
    if form.step == "keep":
        flash(_("Your judgment stays as it is, with your reason."), "good")
    else:
        flash(_("Somebody who did not decide before answers next."), "good")
    return redirect(url_for("own_reviews.show", case_id=case_id), code=303)


def _page(case_id: int, problems: Sequence[Problem] = (), form: WordForm | None = None) -> str:
    view = own_case(
        case_id,
        own_id(),
        session=current_session(),
        now=now(),
        language=current_language(),
    )
    return render_template(
        "work/review.html",
        view=view,
        said=[said(one.rubric, one.answer, view.desk.sources) for one in view.desk.judgments],
        answers=render_alike(view.desk.a.text, view.desk.b.text),
        token=next((one.token for one in view.desk.judgments if one.number == view.reader), ""),
        form=form or WordForm(),
        can_judge=current_actor().has(Role.ANNOTATOR),
        max_words=MAX_WORDS,
        max_minutes=MAX_MINUTES,
        say=review_words,
        judging=judging_words,
        render=render_text,
        problems=problems,
    )
