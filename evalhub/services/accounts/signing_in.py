"""Sign people in, and slow guessing down.

Two steps, because checking a password is slow: ``check`` only reads, ``sign_in`` then
writes. What ``check`` found is told to nobody before ``sign_in`` has counted the attempt
alone and within the limit, so many guesses at once learn no more than as many in a row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor
from evalhub.db.models import Person, SignInAttempt
from evalhub.errors import Sentence, TooManyAttempts
from evalhub.services import audit
from evalhub.services.accounts.fields import folded_email
from evalhub.services.accounts.passwords import is_password
from evalhub.services.accounts.sessions import roles_of, start_session
from evalhub.services.locks import lock

MAX_FAILURES = 10
"""Failures in a row after which an address waits.

Guesses are slowed to some forty an hour, while whoever mistypes a new password a few times is
not kept out. Only the address counts: behind one network address there can be a whole hospital.
"""
WINDOW = timedelta(minutes=15)
"""How far back failures count, and so the longest that an address waits."""
KEPT = timedelta(days=1)
"""How long attempts are kept."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Carry what the first step found to the second; ``person_id`` is None when it was wrong."""

    email_hash: str
    person_id: int | None


def check(email: str, password: str, *, session: Session, now: datetime) -> Checked:
    """Compare a password with the stored one; reads only.

    Raise ``TooManyAttempts`` when this address has had its failures for now.
    """
    email = folded_email(email)
    email_hash = sha256_hex(email)
    _refuse_too_many(email_hash, session=session, now=now)
    # A closed account is looked up like one that never was, so the answer and its time are the
    # same.
    query = select(Person).where(Person.email == email, col(Person.disabled_at).is_(None))
    person = session.exec(query).first()
    is_right = is_password(password, person.password_hash if person else None)
    return Checked(email_hash, person.id if person and is_right else None)


def count(checked: Checked, *, session: Session, now: datetime) -> bool:
    """Count an attempt and tell whether it was right; raise ``TooManyAttempts``."""
    # A hundred guesses that were checked at once are counted one after another here, and all but
    # the first ten learn nothing.
    lock(f"sign-in:{checked.email_hash}", session=session)
    _refuse_too_many(checked.email_hash, session=session, now=now)
    is_right = checked.person_id is not None
    connection = session.connection()
    # Swept by whoever comes by: the table stays a day long, and no job is needed for it.
    connection.execute(sa.delete(SignInAttempt).where(col(SignInAttempt.attempted_at) < now - KEPT))
    session.add(
        SignInAttempt(email_hash=checked.email_hash, attempted_at=now, has_succeeded=is_right)
    )
    session.flush()
    return is_right


def sign_in(
    checked: Checked, *, session: Session, user_agent: str, days: int, now: datetime
) -> str | None:
    """Count the attempt and open a sign-in; return its token, or None when it was wrong.

    The caller must commit in both cases, or failures would go uncounted.
    """
    if not count(checked, session=session, now=now) or checked.person_id is None:
        return None
    person = session.get_one(Person, checked.person_id)
    token = start_session(person, session=session, user_agent=user_agent, days=days, now=now)
    audit.record(
        "session.start",
        session=session,
        actor=Actor(person.id, person.name, roles_of(person.id, session=session)),
        subject=f"person:{person.id}",
        details={},
        now=now,
    )
    return token


def _refuse_too_many(email_hash: str, *, session: Session, now: datetime) -> None:
    """Refuse when the last ``MAX_FAILURES`` attempts of the window all failed."""
    query = (
        select(SignInAttempt)
        .where(
            SignInAttempt.email_hash == email_hash, col(SignInAttempt.attempted_at) > now - WINDOW
        )
        .order_by(col(SignInAttempt.id).desc())
        .limit(MAX_FAILURES)
    )
    latest = session.exec(query).all()
    # A success among them starts the count anew, so that a person who mistypes now and then never
    # meets the limit.
    if len(latest) < MAX_FAILURES or any(attempt.has_succeeded for attempt in latest):
        return
    wait = latest[-1].attempted_at + WINDOW - now
    seconds = int(wait.total_seconds()) + 1
    raise TooManyAttempts(
        Sentence(
            "Too many failed attempts for this address. Try again in %(minutes)s minutes.",
            minutes=-(-seconds // 60),
        ),
        retry_after_s=seconds,
    )
