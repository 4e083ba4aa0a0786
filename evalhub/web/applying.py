"""Let people apply for a field, take its assessment once, and read what was decided."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.applications import Application
from evalhub.core.qualifying.assessments import AttemptState
from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import whole_number
from evalhub.services.consenting.answers import answers_of
from evalhub.services.qualifying.applying import (
    StandingApplication,
    applications_of,
    apply_for,
    begin_assessment,
    own_application,
    withdraw_application,
)
from evalhub.services.qualifying.assessing import find_assessment
from evalhub.services.qualifying.attempts import (
    StandingAttempt,
    extra_minutes_of,
    grade_of,
    hand_in,
    save_answer,
)
from evalhub.services.qualifying.calls import list_calls
from evalhub.services.qualifying.contesting import graded_lines
from evalhub.services.qualifying.mending import regrades_of
from evalhub.web import applying_words as say
from evalhub.web import judging_words
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

bp = Blueprint("applying", __name__, url_prefix="/apply")


@bp.get("")
@requires()
def show() -> ResponseReturnValue:
    """List the fields that take applications, and the person's own applications."""
    return _page()


@bp.post("/<domain>")
@requires()
def send(domain: str) -> ResponseReturnValue:
    """Apply for a field."""
    try:
        application = Application(
            request.form.get("background", ""),
            whole_number(request.form.get("week_hours", ""), where="week_hours"),
        )
        apply_for(
            own_id(),
            domain,
            application,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, domain), error)
    return done(
        _("Your application is kept. What comes next stands beside it."), url_for("applying.show")
    )


@bp.post("/<domain>/withdraw")
@requires()
def withdraw(domain: str) -> ResponseReturnValue:
    """Take one's own application back."""
    withdraw_application(
        own_id(), domain, session=current_session(), actor=current_actor(), now=now()
    )
    return done(_("Your application is withdrawn."), url_for("applying.show"))


@bp.get("/<domain>/assessment")
@requires()
def show_assessment(domain: str) -> ResponseReturnValue:
    """Say what the assessment is, how much time is left of it, or how it went."""
    found = _application(domain)
    session, attempt = current_session(), found.attempt
    standing = find_assessment(domain, session=session) if attempt is None else attempt.published
    if standing is None:
        raise NotFound(Sentence("There is no assessment for this field."))
    return render_template(
        "applying/assessment.html",
        found=found,
        attempt=attempt,
        assessment=standing.assessment,
        rubric=standing.rubric,
        extra_minutes=extra_minutes_of(own_id(), session=session),
        grade=grade_of(attempt, session=session) if attempt else None,
        lines=graded_lines(attempt, session=session, now=now()) if attempt else [],
        regrades=regrades_of(attempt.id, session=session) if attempt else [],
        next_number=_next_number(attempt) if attempt else None,
        moment_now=now(),
        say=say,
    )


@bp.post("/<domain>/assessment")
@requires()
def begin(domain: str) -> ResponseReturnValue:
    """Start the clock, and go to the first pair."""
    begin_assessment(own_id(), domain, session=current_session(), actor=current_actor(), now=now())
    # The next page says until when there is time, so the start must stand first.
    commit_now()
    return redirect(url_for("applying.show_item", domain=domain, number=1), code=303)


@bp.post("/<domain>/assessment/end")
@requires()
def end(domain: str) -> ResponseReturnValue:
    """Hand the assessment in."""
    hand_in(own_id(), domain, session=current_session(), actor=current_actor(), now=now())
    return done(
        _("The assessment is handed in. A person decides next."),
        url_for("applying.show_assessment", domain=domain),
    )


@bp.get("/<domain>/assessment/<int:number>")
@requires()
def show_item(domain: str, number: int) -> ResponseReturnValue:
    """Show one pair of a running attempt."""
    return _item_page(domain, number)


@bp.post("/<domain>/assessment/<int:number>")
@requires()
def answer(domain: str, number: int) -> ResponseReturnValue:
    """Keep the answer to a pair, and go to the next."""
    attempt = _running(domain)
    try:
        save_answer(
            own_id(),
            domain,
            number - 1,
            preference_of(request.form.get("preference", "")),
            session=current_session(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_item_page, domain, number), error)
    commit_now()
    if number < len(attempt.published.assessment.items):
        return redirect(url_for("applying.show_item", domain=domain, number=number + 1), code=303)
    return redirect(url_for("applying.show_assessment", domain=domain), code=303)


def _next_number(attempt: StandingAttempt) -> int | None:
    """Return the first pair without an answer; None once each has one."""
    n_items = len(attempt.published.assessment.items)
    return next((at + 1 for at in range(n_items) if at not in attempt.answers), None)


def _application(domain: str) -> StandingApplication:
    """Return the person's own application; another field is not theirs to look into."""
    return own_application(own_id(), domain, session=current_session(), now=now())


def _running(domain: str) -> StandingAttempt:
    attempt = _application(domain).attempt
    if attempt is None or attempt.state is AttemptState.RESET:
        raise Conflict(Sentence("You have not started this assessment."))
    return attempt


def _item_page(domain: str, number: int, problems: Sequence[Problem] = ()) -> str:
    attempt = _running(domain)
    items = attempt.published.assessment.items
    if attempt.state is not AttemptState.RUNNING:
        raise Conflict(Sentence("The assessment is over, so its pairs are shown no more."))
    if not 1 <= number <= len(items):
        raise NotFound(Sentence("There is no such item."))
    item = items[number - 1]
    return render_template(
        "applying/item.html",
        domain=domain,
        attempt=attempt,
        number=number,
        item=item,
        answers=render_alike(item.a, item.b),
        render=render_text,
        rubric=attempt.published.rubric,
        chosen=attempt.answers.get(number - 1),
        moment_now=now(),
        say=judging_words,
        problems=problems,
    )


def _page(refused: str = "", problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    own = applications_of(own_id(), session=session, now=now())
    applied = {one.domain for one in own}
    return render_template(
        "applying/show.html",
        own=own,
        calls=[call for call in list_calls(session=session) if call.is_open],
        applied=applied,
        has_answered=bool(answers_of(own_id(), session=session)),
        say=say,
        refused=refused,
        problems=problems,
        form=request.form,
    )
