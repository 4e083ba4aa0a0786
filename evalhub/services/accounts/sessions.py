"""Keep sign-ins on the server, so that each can be looked at and ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor, Role
from evalhub.db import tables as t
from evalhub.db.models import Person, WebSession
from evalhub.db.prepared import Prepared
from evalhub.errors import NotFound
from evalhub.services import audit
from evalhub.services.accounts.tokens import new_token, token_hash

USER_AGENT_LENGTH = 300
SEEN_EVERY = timedelta(minutes=1)
"""How stale ``last_seen_at`` may grow before a request writes it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Stand for the person behind a browser, with what the frame of a page shows."""

    web_session_id: int
    person_id: int
    public_id: str
    actor: Actor
    is_stale: bool
    """``last_seen_at`` is due to be written."""
    language: str | None = None
    """The language the person chose to read pages in."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """Describe one open sign-in to its owner or an admin."""

    id: int
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def start_session(
    person: Person, *, session: Session, user_agent: str, days: int, now: datetime
) -> str:
    """Open a sign-in for ``person`` and return its token, which is stored only as a hash."""
    token = new_token()
    row = WebSession(
        token_hash=token_hash(token),
        person_id=person.id,
        # Browsers send what they like; the column holds so much, and nobody reads further.
        user_agent=user_agent[:USER_AGENT_LENGTH],
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return token


_SIGNED_IN = Prepared(
    sa.select(
        t.web_session.c.id,
        t.web_session.c.last_seen_at,
        t.web_session.c.person_id,
        t.person.c.public_id,
        t.person.c.name,
        t.person.c.language,
        t.role_grant.c.role,
    )
    .join(t.person, t.person.c.id == t.web_session.c.person_id)
    .outerjoin(t.role_grant, t.role_grant.c.person_id == t.person.c.id)
    .where(
        t.web_session.c.token_hash == sa.bindparam("token_hash"),
        t.web_session.c.revoked_at.is_(None),
        t.web_session.c.expires_at > sa.bindparam("now", type_=t.web_session.c.expires_at.type),
        # Closing an account ends its sign-ins as well; this stands even where a row was missed.
        t.person.c.disabled_at.is_(None),
    )
)
_ROLES = sa.select(t.role_grant.c.role).where(t.role_grant.c.person_id == sa.bindparam("person"))
"""Built once, and read as columns: every request of somebody who is signed in runs the first."""


def find_signed_in(token: str, *, session: Session, now: datetime) -> SignedIn | None:
    """Return who holds ``token``, or None when the sign-in has ended or the person is disabled."""
    asked = {"token_hash": token_hash(token), "now": now}
    # A row for each role, and one without a role for who holds none: a second statement would ask
    # a server over the network again, on every request.
    rows = _SIGNED_IN.all(asked, session=session)
    if not rows:
        return None
    row, roles = rows[0], frozenset(Role(one.role) for one in rows if one.role is not None)
    return SignedIn(
        web_session_id=row.id,
        person_id=row.person_id,
        public_id=row.public_id,
        actor=Actor(row.person_id, row.name, roles),
        is_stale=now - row.last_seen_at >= SEEN_EVERY,
        language=row.language,
    )


def roles_of(person_id: int, *, session: Session) -> frozenset[Role]:
    """Return the roles a person holds."""
    held = session.connection().execute(_ROLES, {"person": person_id}).scalars()
    return frozenset(Role(role) for role in held)


def note_seen(web_session_id: int, *, session: Session, now: datetime) -> None:
    """Write when a sign-in was last used."""
    session.connection().execute(
        sa.update(WebSession).where(col(WebSession.id) == web_session_id).values(last_seen_at=now)
    )


def list_sessions(person_id: int, *, session: Session, now: datetime) -> list[SessionLine]:
    """Return the open sign-ins of a person, the one used last first."""
    query = (
        select(WebSession)
        .where(*_is_open(person_id, now))
        .order_by(col(WebSession.last_seen_at).desc(), col(WebSession.id).desc())
    )
    return [
        SessionLine(row.id, row.user_agent, row.created_at, row.last_seen_at, row.expires_at)
        for row in session.exec(query)
    ]


def end_session(
    web_session_id: int, *, session: Session, person_id: int, actor: Actor, now: datetime
) -> None:
    """End one sign-in of ``person_id``; raise ``NotFound`` when it is not theirs or has ended."""
    # The person is part of the condition, so the number of somebody else's sign-in finds nothing.
    if not _end(session, [*_is_open(person_id, now), col(WebSession.id) == web_session_id], now):
        raise NotFound(f"There is no open sign-in {web_session_id} for this person.")
    _record(session, actor, person_id, now=now, n_ended=1)


def end_sessions(person_id: int, *, session: Session, actor: Actor, now: datetime) -> int:
    """End every open sign-in of a person and return how many that were."""
    n_ended = _end(session, _is_open(person_id, now), now)
    # An entry of nothing would make the log say that something ended.
    if n_ended:
        _record(session, actor, person_id, now=now, n_ended=n_ended)
    return n_ended


def _is_open(person_id: int, now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        col(WebSession.person_id) == person_id,
        col(WebSession.revoked_at).is_(None),
        col(WebSession.expires_at) > now,
    ]


def _end(session: Session, wanted: Iterable[sa.ColumnElement[bool]], now: datetime) -> int:
    # Marked and not deleted: the row says when it ended, and the log says by whom.
    result = session.connection().execute(
        sa.update(WebSession).where(*wanted).values(revoked_at=now)
    )
    return result.rowcount


def _record(session: Session, actor: Actor, person_id: int, *, now: datetime, n_ended: int) -> None:
    audit.record(
        "session.end",
        session=session,
        actor=actor,
        subject=f"person:{person_id}",
        details={"n_ended": n_ended},
        now=now,
    )
