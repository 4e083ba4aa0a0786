"""Let people in and out: sign-in, sign-out, invitations."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from evalhub.errors import BadInput, Problem, TooManyAttempts
from evalhub.services.accounts import invitations, sessions, signing_in
from evalhub.services.accounts.passwords import new_password
from evalhub.web.carried import Carried, is_own, keep_carried
from evalhub.web.context import (
    commit_now,
    current_session,
    current_settings,
    find_current,
    forget_token,
    hold_token,
    now,
    reading,
    user_agent,
)
from evalhub.web.language import N_, _, translated
from evalhub.web.navigation import start_of
from evalhub.web.redirects import local_path

bp = Blueprint("auth", __name__)

WRONG = N_("The e-mail address or the password is not right.")


@bp.get("/sign-in")
def show_sign_in() -> ResponseReturnValue:
    """Ask who is there."""
    # Only a path of this site: a link to our sign-in page must not end at somebody else's copy of
    # it.
    me, target = find_current(), local_path(request.args.get("next"))
    if me is not None:
        return redirect(target or start_of(me.actor), code=303)
    return _sign_in_page()


@bp.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check who is there and open a session."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        # The slow comparison happens in a reading transaction, which keeps nobody from writing.
        with reading() as session:
            checked = signing_in.check(email, password, session=session, now=now())
        token = signing_in.sign_in(
            checked,
            session=current_session(),
            user_agent=user_agent(),
            days=current_settings().session_days,
            now=now(),
        )
    except TooManyAttempts as error:
        headers = {"Retry-After": str(error.retry_after_s)}
        return _sign_in_page(email, translated(error.message)), 429, headers
    if token is None:
        # A failure that was rolled back with its page would never count.
        commit_now()
        return _sign_in_page(email, _(WRONG)), 422
    entered = _enter(token, local_path(request.form.get("next")) or "/")
    carried = Carried.read(request.form.get("carried", ""))
    if carried is None or checked.person_id is None:
        return entered
    return _hand_back(carried, checked.person_id, entered)


def _hand_back(
    carried: Carried, person_id: int, entered: ResponseReturnValue
) -> ResponseReturnValue:
    """Save what was typed while signed out; where that needs a decision, ask for it."""
    session = current_session()
    if not is_own(carried, person_id=person_id, session=session):
        return redirect("/", code=303)
    if keep_carried(carried, person_id=person_id, session=session, now=now()):
        flash(
            _("What you had filled in is saved as your draft. Look it over, then submit it."),
            "good",
        )
        return entered
    # The sign-in stands; the page that asks is drawn without the writer's place.
    commit_now()
    return render_template("auth/carry_on.html", carried=carried)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    _leave()
    forget_token()
    flash(_("You are signed out."), "good")
    return redirect("/sign-in", code=303)


@bp.get("/invitations/<token>")
def show_invitation(token: str) -> ResponseReturnValue:
    """Ask an invited person for a name and a password."""
    line = invitations.get_invitation(token, session=current_session(), now=now())
    return _invitation_page(line, name=line.name)


@bp.post("/invitations/<token>")
def accept_invitation(token: str) -> ResponseReturnValue:
    """Open the account of an invited person and sign them in."""
    name = request.form.get("name", "")
    with reading() as session:
        line = invitations.get_invitation(token, session=session, now=now())
    try:
        password = new_password(request.form.get("password", ""), email=line.email)
        person = invitations.accept(
            token, session=current_session(), name=name, password=password, now=now()
        )
    except BadInput as error:
        return _invitation_page(line, name=name, problems=error.problems), 422
    new_token = sessions.start_session(
        person,
        session=current_session(),
        user_agent=user_agent(),
        days=current_settings().session_days,
        now=now(),
    )
    return _enter(new_token, "/")


def _enter(token: str, target: str) -> ResponseReturnValue:
    """Give the browser its new session, in place of one it may have had."""
    # A browser that was somebody else's until now must not keep that sign-in alive.
    _leave()
    hold_token(token)
    return redirect(target, code=303)


def _leave() -> None:
    me = find_current()
    if me is not None:
        sessions.end_session(
            me.web_session_id,
            session=current_session(),
            person_id=me.person_id,
            actor=me.actor,
            now=now(),
        )


def _sign_in_page(email: str = "", trouble: str = "") -> str:
    return sign_in_page(
        email,
        trouble,
        target=local_path(request.values.get("next")),
        carried=Carried.read(request.form.get("carried", "")),
    )


def sign_in_page(
    email: str = "", trouble: str = "", *, target: str | None, carried: Carried | None
) -> str:
    """Return the page that asks who is there, holding what was sent without saying so."""
    return render_template(
        "auth/sign_in.html", email=email, trouble=trouble, target=target, carried=carried
    )


def _invitation_page(
    line: invitations.InvitationLine, *, name: str, problems: Sequence[Problem] = ()
) -> str:
    return render_template("auth/invitation.html", invitation=line, name=name, problems=problems)
