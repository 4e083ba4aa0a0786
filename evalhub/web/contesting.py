"""Let people contest keys that graded them, and let coordinators decide with a reason."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.contests import DECIDERS, MAX_CONTEST_WORDS, ContestOutcome
from evalhub.core.qualifying.items import PREFERENCES, Key
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Problem, Sentence
from evalhub.services.qualifying.applying import own_application
from evalhub.services.qualifying.assessing import keys_of
from evalhub.services.qualifying.attempts import ENDED
from evalhub.services.qualifying.contesting import (
    answer_contest,
    contest_key,
    get_contest,
    graded_lines,
    list_contests,
)
from evalhub.services.qualifying.deciding import QUALIFIERS
from evalhub.services.qualifying.mending import has_sat
from evalhub.web import applying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _
from evalhub.web.preferences import PREFERENCE_NAMES
from evalhub.web.rendering import render_alike, render_text
from evalhub.web.sent import picked

bp = Blueprint("contesting", __name__)


@bp.get("/apply/<domain>/assessment/<int:number>/contest")
@requires()
def prepare(domain: str, number: int) -> ResponseReturnValue:
    """Show a pair of one's own attempt that is over, with the form that contests its key."""
    return _own_page(domain, number)


@bp.post("/apply/<domain>/assessment/<int:number>/contest")
@requires()
def begin(domain: str, number: int) -> ResponseReturnValue:
    """Contest the key of a pair."""
    # Another field than one's own is refused as it is everywhere else.
    own_application(own_id(), domain, session=current_session(), now=now())
    try:
        contest_key(
            own_id(),
            domain,
            number - 1,
            request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_own_page, domain, number), error)
    return done(
        _("Your objection is kept. A person answers it, by the day that stands below."),
        url_for("contesting.prepare", domain=domain, number=number),
    )


@bp.get("/contests")
@requires(*QUALIFIERS)
def show_all() -> ResponseReturnValue:
    """List contested keys, those that wait first."""
    return render_template(
        "contests/list.html",
        contests=list_contests(session=current_session(), now=now()),
        say=say,
    )


@bp.get("/contests/<public_id>")
@requires(*QUALIFIERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show one contest with its pair and the key, and the form that answers it."""
    return _page(public_id)


@bp.post("/contests/<public_id>")
@requires(*QUALIFIERS)
def decide(public_id: str) -> ResponseReturnValue:
    """Uphold the key, or overturn it and grade everybody by another."""
    try:
        answer_contest(
            public_id,
            picked(request.form.get("outcome", ""), ContestOutcome, where="outcome"),
            Key(_accepted(), request.form.get("reason", "").replace("\r\n", "\n").strip()),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    # Also what may not be sent comes back: a reason of two thousand characters is not typed twice.
    except (BadInput, Conflict, Forbidden) as error:
        return refused(partial(_page, public_id), error)
    return done(
        _("The contest is answered. Everybody it concerns reads it."),
        url_for("contesting.show", public_id=public_id),
    )


def _accepted() -> frozenset[int]:
    known = {str(one): one for one in PREFERENCES}
    return frozenset(known[text] for text in request.form.getlist("accepts") if text in known)


def _own_page(domain: str, number: int, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    attempt = own_application(own_id(), domain, session=session, now=now()).attempt
    if attempt is None or attempt.state not in ENDED:
        raise Conflict(Sentence("A key can be contested once the assessment is over."))
    items = attempt.published.assessment.items
    if not 1 <= number <= len(items):
        raise NotFound(Sentence("There is no such item."))
    item = items[number - 1]
    return render_template(
        "contests/own.html",
        domain=domain,
        number=number,
        attempt=attempt,
        item=item,
        answers=render_alike(item.a, item.b),
        render=render_text,
        rubric=attempt.published.rubric,
        chosen=attempt.answers.get(number - 1),
        line=graded_lines(attempt, session=session, now=now())[number - 1],
        max_words=MAX_CONTEST_WORDS,
        typed=request.form.get("reason", ""),
        say=say,
        problems=problems,
    )


def _page(public_id: str, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    contest = get_contest(public_id, session=session, now=now())
    sat = has_sat(contest.published.id, session=session, actor=current_actor())
    return render_template(
        "contests/show.html",
        contest=contest,
        key=keys_of(contest.published.id, session=session)[contest.position],
        answers=render_alike(contest.item.a, contest.item.b),
        render=render_text,
        preferences=PREFERENCE_NAMES,
        can_answer=current_actor().has(*DECIDERS[contest.standing.level]) and not sat,
        sat=sat,
        max_words=MAX_CONTEST_WORDS,
        ticked=request.form.getlist("accepts"),
        form=request.form,
        say=say,
        problems=problems,
    )
