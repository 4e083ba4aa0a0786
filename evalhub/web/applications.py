"""Let coordinators open fields, read applications, decide, and look after assessments and keys."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.items import PREFERENCES, Key
from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import whole_number
from evalhub.services.qualifying.applying import (
    decide_application,
    get_application,
    list_applications,
)
from evalhub.services.qualifying.assessing import (
    Published,
    find_assessment,
    keys_of,
    list_assessments,
)
from evalhub.services.qualifying.attempts import (
    extra_minutes_of,
    give_extra_time,
    grade_of,
    reset_attempt,
    statistics_of,
)
from evalhub.services.qualifying.calls import list_calls, set_call
from evalhub.services.qualifying.deciding import QUALIFIERS
from evalhub.services.qualifying.mending import mend_key, regrades_of
from evalhub.web import applying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    requires,
    signed_in,
)
from evalhub.web.language import _
from evalhub.web.preferences import PREFERENCE_NAMES
from evalhub.web.sent import picked, sent_text

bp = Blueprint("applications", __name__, url_prefix="/applications")


@bp.get("")
@requires(*QUALIFIERS)
def show_all() -> ResponseReturnValue:
    """List applications, the fields that take them, and the assessments."""
    return _list()


@bp.post("")
@requires(*QUALIFIERS)
def change_call() -> ResponseReturnValue:
    """Open a field for applications, or close it."""
    is_open = request.form.get("action") == "open"
    try:
        set_call(
            "_".join(sent_text("domain").lower().split()),
            sent_text("text"),
            is_open=is_open,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(_list, error)
    said = _("The field takes applications.") if is_open else _("The field is closed.")
    return done(said, url_for("applications.show_all"))


@bp.get("/<public_id>")
@requires(*QUALIFIERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show one application, how the assessment went, and what may be decided."""
    return _page(public_id)


@bp.post("/<public_id>/decision")
@requires(*QUALIFIERS)
def decide(public_id: str) -> ResponseReturnValue:
    """Accept or decline an application, with a reason."""
    try:
        decide_application(
            public_id,
            picked(sent_text("decision"), ApplicationDecision, where="decision"),
            reason=sent_text("reason"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, "decision"), error)
    return done(
        _("The decision is kept, with your name and its reason."),
        url_for("applications.show", public_id=public_id),
    )


@bp.post("/<public_id>/reset")
@requires(*QUALIFIERS)
def reset(public_id: str) -> ResponseReturnValue:
    """Set the attempt aside, so that another may be started."""
    found = get_application(public_id, session=current_session(), now=now())
    try:
        reset_attempt(
            found.person_id,
            found.domain,
            reason=sent_text("reason"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, "reset"), error)
    return done(
        _("The attempt is set aside; another may be started."),
        url_for("applications.show", public_id=public_id),
    )


@bp.post("/<public_id>/extra-time")
@requires(*QUALIFIERS)
def extend(public_id: str) -> ResponseReturnValue:
    """Give the applicant more time in every assessment they start."""
    found = get_application(public_id, session=current_session(), now=now())
    try:
        give_extra_time(
            found.person_id,
            whole_number(sent_text("extra_minutes"), where="extra_minutes"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_page, public_id, "extra"), error)
    return done(
        _("The extra time holds for every assessment started from now on."),
        url_for("applications.show", public_id=public_id),
    )


@bp.get("/assessments/<domain>")
@requires(*QUALIFIERS)
def show_items(domain: str) -> ResponseReturnValue:
    """Show the items of an assessment with their keys and statistics."""
    return _items(domain)


@bp.post("/assessments/<domain>/<int:number>")
@requires(*QUALIFIERS)
def mend(domain: str, number: int) -> ResponseReturnValue:
    """Mend the key of an item, which grades every attempt anew."""
    published = _published(domain)
    try:
        mend_key(
            published.id,
            number - 1,
            Key(_accepted(), sent_text("reason")),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return refused(partial(_items, domain, number), error)
    said = _("The key is mended; every attempt is graded by it from now on.")
    return done(said, url_for("applications.show_items", domain=domain))


def _accepted() -> frozenset[int]:
    """Return the ticked preferences; anything else is none of the scale."""
    known = {str(one): one for one in PREFERENCES}
    return frozenset(known[text] for text in request.form.getlist("accepts") if text in known)


def _published(domain: str) -> Published:
    found = find_assessment(domain, session=current_session())
    if found is None:
        raise NotFound(Sentence("There is no assessment for this field."))
    return found


def _list(problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    return render_template(
        "applying/applications.html",
        applications=list_applications(session=session, now=now()),
        calls=list_calls(session=session),
        assessments=list_assessments(session=session),
        say=say,
        problems=problems,
        form=request.form,
    )


def _page(public_id: str, refused: str = "", problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    found = get_application(public_id, session=session, now=now())
    return render_template(
        "applying/application.html",
        found=found,
        grade=grade_of(found.attempt, session=session) if found.attempt else None,
        regrades=regrades_of(found.attempt.id, session=session) if found.attempt else [],
        extra_minutes=extra_minutes_of(found.person_id, session=session),
        is_own=found.person_public_id == signed_in().public_id,
        decisions=[ApplicationDecision.ACCEPTED, ApplicationDecision.DECLINED],
        say=say,
        refused=refused,
        problems=problems,
        form=request.form,
    )


def _items(domain: str, refused: int = 0, problems: Sequence[Problem] = ()) -> str:
    session, published = current_session(), _published(domain)
    return render_template(
        "applying/items.html",
        domain=domain,
        published=published,
        keys=keys_of(published.id, session=session),
        statistics=statistics_of(published, session=session, now=now()),
        preferences=PREFERENCE_NAMES,
        say=say,
        refused=refused,
        problems=problems,
    )
