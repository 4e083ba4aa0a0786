"""Let people look after their own account: password, sign-ins, API keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from evalhub.core.people import Role, Scope
from evalhub.core.releasing.limits import parse_limit
from evalhub.errors import BadInput, Problem, Sentence, TooManyAttempts
from evalhub.rim.fields import chosen, whole_number
from evalhub.services import api_keys
from evalhub.services.accounts import sessions, signing_in
from evalhub.services.accounts.changing_passwords import change_password
from evalhub.services.accounts.passwords import new_password
from evalhub.services.accounts.people import get_person
from evalhub.services.consenting.answers import is_concerned as is_concerned_by_consent
from evalhub.services.releasing.downloads import OwnDownloads, own_downloads
from evalhub.services.releasing.kept import KeptRelease, list_releases
from evalhub.services.teams import find_own_stay
from evalhub.web.answering import done
from evalhub.web.context import (
    commit_now,
    current_actor,
    current_session,
    current_settings,
    forget_token,
    hold_token,
    now,
    only_read,
    own_id,
    reading,
    requires,
    signed_in,
    user_agent,
)
from evalhub.web.language import _

bp = Blueprint("account", __name__, url_prefix="/account")

RELEASES_SHOWN = 10
"""Releases on the page of a lab; all of them are on a page of their own."""

LIFETIMES = (30, 90, 180, 365)
"""Days an API key may last, as the form offers them."""


@bp.get("")
@requires()
def show_account() -> ResponseReturnValue:
    """Show the account of the signed-in person."""
    return _page()


@bp.post("/password")
@requires()
def set_password() -> ResponseReturnValue:
    """Change the password, which ends every other sign-in."""
    with reading() as session:
        email = get_person(signed_in().public_id, session=session).person.email or ""
    # Hashing comes before the request's transaction opens; on SQLite everybody else would wait for
    # it.
    try:
        password = new_password(
            request.form.get("new_password", ""), email=email, where="new password"
        )
        with reading() as session:
            present = request.form.get("password", "")
            checked = signing_in.check(email, present, session=session, now=now())
        token = change_password(
            checked,
            password,
            session=current_session(),
            actor=current_actor(),
            user_agent=user_agent(),
            days=current_settings().session_days,
            now=now(),
        )
    except BadInput as error:
        only_read()
        return _page(error.problems), 422
    except TooManyAttempts as error:
        only_read()
        return _page([Problem("", error.message)]), 429, {"Retry-After": str(error.retry_after_s)}
    if token is None:
        # The attempt counts whatever becomes of the page, and the page holds up no other writer.
        commit_now()
        only_read()
        return _page([Problem("present password", Sentence("is not right"))]), 422
    # The sign-in that asked has ended with the others, so the cookie gets the new one.
    hold_token(token)
    return done(_("Your password is changed. Every other sign-in has ended."), "/account")


@bp.post("/sessions/<int:web_session_id>/end")
@requires()
def end_session(web_session_id: int) -> ResponseReturnValue:
    """End one sign-in of the person."""
    sessions.end_session(
        web_session_id,
        session=current_session(),
        person_id=own_id(),
        actor=current_actor(),
        now=now(),
    )
    if web_session_id == signed_in().web_session_id:
        forget_token()
        return redirect("/sign-in", code=303)
    return done(_("That sign-in has ended."), "/account")


@bp.post("/sessions/end")
@requires()
def end_sessions() -> ResponseReturnValue:
    """End every sign-in of the person, this one too."""
    sessions.end_sessions(own_id(), session=current_session(), actor=current_actor(), now=now())
    forget_token()
    return done(_("You are signed out everywhere."), "/sign-in")


@bp.post("/keys")
@requires()
def issue_key() -> ResponseReturnValue:
    """Make an API key and show it, this once."""
    try:
        issued = api_keys.issue_key(
            request.form.get("name", ""),
            session=current_session(),
            actor=current_actor(),
            scopes=chosen(request.form.getlist("scopes"), Scope, where="scopes"),
            days=whole_number(request.form.get("days", ""), where="days"),
            now=now(),
            limit=parse_limit([request.form.get("releases", "")]),
        )
    except BadInput as error:
        only_read()
        return _page(key_problems=error.problems), 422
    # Shown and not redirected: the key stands in no address, cookie or log, and a second look
    # cannot bring it back.
    return _page(issued=issued)


@bp.post("/keys/<public_id>/revoke")
@requires()
def revoke_key(public_id: str) -> ResponseReturnValue:
    """End an API key of the person."""
    api_keys.revoke_key(
        public_id,
        session=current_session(),
        actor=current_actor(),
        person_id=own_id(),
        now=now(),
    )
    return done(_("The API key no longer works."), "/account#keys")


def _page(
    problems: Sequence[Problem] = (),
    *,
    key_problems: Sequence[Problem] = (),
    issued: api_keys.IssuedKey | None = None,
) -> str:
    session, me = current_session(), signed_in()
    # A lab compares nothing: what asks an expert would only tell it that it is in the wrong place.
    is_expert = not me.actor.roles or me.actor.has(Role.ANNOTATOR)
    is_concerned = is_expert or is_concerned_by_consent(own_id(), session=session)
    scopes = api_keys.allowed_scopes(me.actor.roles)
    return render_template(
        "account/show.html",
        is_expert=is_expert,
        is_concerned=is_concerned,
        opened=_opened() if me.actor.has(Role.LAB) else None,
        line=get_person(me.public_id, session=session),
        sessions=sessions.list_sessions(own_id(), session=session, now=now()),
        keys=api_keys.list_keys(own_id(), session=session, now=now()),
        scopes=sorted(scopes if is_concerned else scopes - {Scope.CONSENT_WITHDRAW}),
        lifetimes=LIFETIMES,
        team=find_own_stay(own_id(), session=session),
        problems=problems,
        key_problems=key_problems,
        issued=issued,
        # Once the key is made, the form is for the next one.
        form=MultiDict() if issued else request.form,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """Hold which releases a lab may read, those built last first, and what it took of them."""

    releases: Sequence[KeptRelease]
    taken: Mapping[int, OwnDownloads]
    n_releases: int


def _opened() -> _Opened:
    session = current_session()
    found = list_releases(session=session, actor=current_actor())
    newest = sorted(found, key=lambda one: one.created_at, reverse=True)[:RELEASES_SHOWN]
    taken = own_downloads(own_id(), [one.id for one in newest], session=session)
    return _Opened(newest, taken, len(found))
