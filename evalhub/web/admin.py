"""Let admins manage people, and auditors read the audit log."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Origin, Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import choice, chosen
from evalhub.rim.routing import page_number
from evalhub.services import api_keys, audit
from evalhub.services.accounts import invitations, people, sessions
from evalhub.services.accounts.invitations import IssuedInvitation
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
    signed_in,
)
from evalhub.web.language import _

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/people")
@requires(Role.ADMIN)
def list_people() -> ResponseReturnValue:
    """List people, and the invitations that are open."""
    return _people_page()


@bp.post("/invitations")
@requires(Role.ADMIN)
def invite() -> ResponseReturnValue:
    """Make an invitation and show its link, this once."""
    try:
        issued = invitations.invite(
            request.form.get("email", ""),
            session=current_session(),
            actor=current_actor(),
            name=request.form.get("name", ""),
            roles=chosen(request.form.getlist("roles"), Role, where="roles"),
            days=current_settings().invitation_days,
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(_people_page, error)
    # Shown on the answer itself: a redirect would have to carry the link somewhere it stays.
    return _people_page(issued=issued)


@bp.post("/invitations/<int:invitation_id>/revoke")
@requires(Role.ADMIN)
def take_back(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    invitations.take_back(
        invitation_id, session=current_session(), actor=current_actor(), now=now()
    )
    return done(_("The invitation's link no longer works."), "/admin/people")


@bp.get("/people/<public_id>")
@requires(Role.ADMIN)
def show_person(public_id: str) -> ResponseReturnValue:
    """Show one person: roles, sign-ins, state of the account."""
    line = people.get_person(public_id, session=current_session())
    return render_template(
        "admin/person.html",
        line=line,
        all_roles=list(Role),
        sessions=sessions.list_sessions(line.person.id, session=current_session(), now=now()),
        keys=api_keys.list_keys(line.person.id, session=current_session(), now=now()),
    )


@bp.post("/people/<public_id>/roles")
@requires(Role.ADMIN)
def set_roles(public_id: str) -> ResponseReturnValue:
    """Set the roles of a person, which ends their sign-ins."""
    people.set_roles(
        public_id,
        session=current_session(),
        actor=current_actor(),
        roles=chosen(request.form.getlist("roles"), Role, where="roles"),
        now=now(),
    )
    return _done(public_id, _("The roles are set."))


@bp.post("/people/<public_id>/disable")
@requires(Role.ADMIN)
def disable(public_id: str) -> ResponseReturnValue:
    """Close an account."""
    people.disable(public_id, session=current_session(), actor=current_actor(), now=now())
    return _done(public_id, _("The account is closed. What the person did stays."))


@bp.post("/people/<public_id>/enable")
@requires(Role.ADMIN)
def enable(public_id: str) -> ResponseReturnValue:
    """Reopen an account."""
    people.enable(public_id, session=current_session(), actor=current_actor(), now=now())
    return _done(public_id, _("The account is open again."))


@bp.post("/people/<public_id>/sessions/end")
@requires(Role.ADMIN)
def end_sessions(public_id: str) -> ResponseReturnValue:
    """Sign a person out everywhere."""
    person = people.get_person(public_id, session=current_session()).person
    sessions.end_sessions(person.id, session=current_session(), actor=current_actor(), now=now())
    return _done(public_id, _("The person is signed out everywhere."))


@bp.post("/people/<public_id>/keys/<key_id>/revoke")
@requires(Role.ADMIN)
def revoke_key(public_id: str, key_id: str) -> ResponseReturnValue:
    """End an API key of a person."""
    person = people.get_person(public_id, session=current_session()).person
    api_keys.revoke_key(
        key_id,
        session=current_session(),
        actor=current_actor(),
        person_id=person.id,
        now=now(),
    )
    return done(
        _("The API key no longer works."), url_for("admin.show_person", public_id=public_id)
    )


@bp.get("/audit")
@requires(Role.ADMIN, Role.AUDITOR)
def show_audit() -> ResponseReturnValue:
    """Show the audit log, the newest entry first."""
    search, page = request.args.get("q", ""), page_number(request.args.get("page"))
    listing = audit.list_events(session=current_session(), page=page, search=search)
    head = audit.head(session=current_session())
    return render_template("admin/audit.html", listing=listing, search=search, head=head)


def _done(public_id: str, message: str) -> ResponseReturnValue:
    """Go back to the person's page; to the sign-in page when our own sign-in has ended."""
    flash(message, "good")
    # Changing one's own roles ended one's own sign-in.
    if public_id == signed_in().public_id:
        return redirect("/sign-in", code=303)
    return redirect(url_for("admin.show_person", public_id=public_id), code=303)


def _people_page(
    problems: Sequence[Problem] = (), *, issued: IssuedInvitation | None = None
) -> str:
    search = request.args.get("q", "")
    origin = choice(request.args.get("origin", Origin.ACCOUNT), Origin, where="origin")
    page = page_number(request.args.get("page"))
    session = current_session()
    return render_template(
        "admin/people.html",
        listing=people.list_people(session=session, search=search, origin=origin, page=page),
        invitations=invitations.list_open(session=session, now=now()),
        issued=issued,
        link_text=issued.link(current_settings().public_url) if issued else "",
        search=search,
        origin=origin,
        origins=list(Origin),
        all_roles=list(Role),
        problems=problems,
        form=request.form,
    )
