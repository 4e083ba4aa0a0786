"""Let coordinators search who is qualified for what, and decide about it."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.core.qualifying.levels import Level
from evalhub.errors import BadInput, Conflict, NotFound, Problem, Sentence
from evalhub.rim.fields import whole_number
from evalhub.rim.routing import page_number
from evalhub.services.qualifying.credentials import decide_credential, state_credential
from evalhub.services.qualifying.deciding import QUALIFIERS
from evalhub.services.qualifying.levels import decide_level
from evalhub.services.qualifying.registry import (
    QualifiedPerson,
    Wanted,
    get_qualified,
    search_registry,
)
from evalhub.services.qualifying.requirements import classes_asked
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    requires,
    signed_in,
)
from evalhub.web.credential_form import credential_of_form
from evalhub.web.language import _
from evalhub.web.sent import picked, sent_text

bp = Blueprint("registry", __name__, url_prefix="/registry")

YEAR_DAYS = 365
MAX_SHOWN = 80


@bp.get("")
@requires(*QUALIFIERS)
def search() -> ResponseReturnValue:
    """List the experts that fit what is searched for."""
    wanted = _wanted()
    listing = search_registry(
        wanted,
        session=current_session(),
        now=now(),
        page=page_number(request.args.get("page")),
    )
    return render_template(
        "qualifying/registry.html",
        listing=listing,
        wanted=wanted,
        levels=[level for level in Level if level],
        moment_now=now(),
        say=say,
    )


@bp.get("/<public_id>")
@requires(*QUALIFIERS)
def show(public_id: str) -> ResponseReturnValue:
    """Show what one expert can show, with what may be decided about it."""
    return _page(public_id)


@bp.post("/<public_id>/credentials")
@requires(*QUALIFIERS)
def state(public_id: str) -> ResponseReturnValue:
    """State a credential of an expert who showed it elsewhere."""
    person = _person(public_id)
    try:
        state_credential(
            person.id,
            credential_of_form(),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, "credential"), error)
    return done(
        _("The credential is kept. It counts once it is verified."),
        url_for("registry.show", public_id=public_id),
    )


@bp.post("/<public_id>/credentials/<credential_id>")
@requires(*QUALIFIERS)
def decide(public_id: str, credential_id: str) -> ResponseReturnValue:
    """Verify, refuse or revoke a credential, with a reason."""
    person = _person(public_id)
    if credential_id not in {one.public_id for one in person.credentials}:
        raise NotFound(Sentence("There is no such credential."))
    try:
        decide_credential(
            credential_id,
            picked(sent_text("decision"), CredentialDecision, where="decision"),
            reason=sent_text("reason"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, credential_id), error)
    return done(
        _("The decision is kept, with your name and its reason."),
        url_for("registry.show", public_id=public_id),
    )


@bp.post("/<public_id>/levels")
@requires(*QUALIFIERS)
def give_level(public_id: str) -> ResponseReturnValue:
    """Give an expert a level in a domain, renew it or take it back."""
    person = _person(public_id)
    try:
        decide_level(
            person.id,
            "_".join(sent_text("domain").lower().split()),
            whole_number(sent_text("level"), where="level"),
            days=whole_number(sent_text("days"), where="days"),
            reason=sent_text("reason"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, public_id, "level"), error)
    return done(
        _("The level is kept, with your name and its reason."),
        url_for("registry.show", public_id=public_id),
    )


def _wanted() -> Wanted:
    """Return what is searched for; a level that is none is not asked."""
    given = {name: value.strip()[:MAX_SHOWN] for name, value in request.args.items()}
    level = given.get("level", "")
    return Wanted(
        text=given.get("q", ""),
        domain="_".join(given.get("domain", "").lower().split()),
        credential_class="_".join(given.get("class", "").lower().split()),
        language=given.get("language", "").lower(),
        min_level=int(level) if level in {str(int(one)) for one in Level} else 0,
        is_waiting=given.get("waiting") == "yes",
    )


def _person(public_id: str) -> QualifiedPerson:
    return get_qualified(public_id, session=current_session(), now=now())


def _page(public_id: str, refused: str = "", problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "qualifying/person.html",
        person=_person(public_id),
        is_own=public_id == signed_in().public_id,
        levels=list(Level),
        year_days=YEAR_DAYS,
        moment_now=now(),
        classes=classes_asked(session=current_session()),
        say=say,
        refused=refused,
        problems=problems,
        form=request.form,
    )
