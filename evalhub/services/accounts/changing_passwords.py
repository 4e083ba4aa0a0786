"""Set passwords: people their own, the operator that of somebody who lost theirs."""

from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.people import Actor
from evalhub.db.models import Person
from evalhub.errors import NotFound
from evalhub.services import audit
from evalhub.services.accounts.fields import clean_email
from evalhub.services.accounts.passwords import NewPassword
from evalhub.services.accounts.sessions import end_sessions, start_session
from evalhub.services.accounts.signing_in import Checked, count


def change_password(
    checked: Checked,
    password: NewPassword,
    *,
    session: Session,
    actor: Actor,
    user_agent: str,
    days: int,
    now: datetime,
) -> str | None:
    """Set a new password, end every sign-in and open a new one; return its token.

    Return None when the present password, as ``checked``, was wrong or not the actor's; the
    caller must commit then too, so that the attempt counts.
    """
    # Counted like a sign-in: an open browser would otherwise be a place to guess the password
    # without limit. It must also be the actor's own, whoever was checked.
    if not count(checked, session=session, now=now) or checked.person_id != actor.person_id:
        return None
    person = session.get_one(Person, checked.person_id)
    person.password_hash = password.hash
    session.flush()
    # Whoever knew the old password may be signed in with it, so all sign-ins end, and the one that
    # asked gets a new token.
    end_sessions(person.id, session=session, actor=actor, now=now)
    token = start_session(person, session=session, user_agent=user_agent, days=days, now=now)
    _record("person.password", person, session=session, actor=actor, now=now)
    return token


def reset_password(
    email: str, password: NewPassword, *, session: Session, actor: Actor, now: datetime
) -> Person:
    """Set the password of somebody who lost it, and end their sign-ins; raise ``NotFound``."""
    address = clean_email(email)
    person = session.exec(select(Person).where(Person.email == address)).first()
    # Only the operator comes here, so it may say who has no account; a page never does.
    if person is None:
        raise NotFound(f"Nobody has the address {address}.")
    person.password_hash = password.hash
    session.flush()
    end_sessions(person.id, session=session, actor=actor, now=now)
    _record("person.password_reset", person, session=session, actor=actor, now=now)
    return person


def _record(action: str, person: Person, *, session: Session, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.id}",
        details={},
        now=now,
    )
