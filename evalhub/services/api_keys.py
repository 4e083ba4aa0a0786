"""Issue, find and revoke API keys: shown once, stored hashed, scoped, expiring."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.free_words import says_something
from evalhub.core.people import RELEASE_SCOPES, SCOPE_ROLES, Actor, ReleaseLimit, Role, Scope
from evalhub.db.models import ApiKey, Person
from evalhub.errors import BadInput, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.accounts.sessions import roles_of
from evalhub.services.accounts.tokens import new_public_id, new_token, token_hash
from evalhub.services.releasing.limiting import check_limit

PREFIX = "evh_"
SHOWN_LENGTH = 12
"""How much of a key is kept readable, so that its owner can tell keys apart."""
MAX_DAYS = 365
MAX_NAME_LENGTH = 100
USED_EVERY = timedelta(minutes=1)
"""How stale ``last_used_at`` may grow before a request writes it."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """Carry a new key to the page that shows it once."""

    key: str
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Stand for the person behind a key, limited to what the key may do."""

    key_id: int
    actor: Actor
    is_stale: bool
    """``last_used_at`` is due to be written."""


def allowed_scopes(roles: Collection[Role]) -> frozenset[Scope]:
    """Return the scopes that a person who holds ``roles`` may put on a key."""
    return frozenset(scope for scope, needed in SCOPE_ROLES.items() if needed & set(roles))


def issue_key(
    name: str,
    *,
    session: Session,
    actor: Actor,
    scopes: Collection[Scope],
    days: int,
    now: datetime,
    limit: ReleaseLimit | None = None,
    owner: Actor | None = None,
) -> IssuedKey:
    """Make a key for the actor; the returned text is stored nowhere.

    With ``limit`` it opens only these releases. ``owner`` is whose key it becomes where the
    operator makes it on the server for somebody else.

    Raise ``BadInput`` for a bad name, lifetime or limit or empty scopes, ``Forbidden`` for a
    scope the owner's roles do not allow.
    """
    person_id, roles = _owner(actor, owner)
    name = name.strip()
    _check(name, scopes, days, roles)
    if limit is not None:
        _check_limited(scopes)
        check_limit(limit, session=session, actor=actor)
    key = PREFIX + new_token()
    row = ApiKey(
        public_id=new_public_id(),
        person_id=person_id,
        name=name,
        prefix=key[:SHOWN_LENGTH],
        key_hash=token_hash(key),
        # Sorted, so that equal keys have equal entries in the log.
        scopes=sorted(scope.value for scope in scopes),
        releases=list(limit.names) if limit else None,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    audit.record(
        "api_key.issue",
        session=session,
        actor=actor,
        subject=f"api_key:{row.public_id}",
        details={
            "name": name,
            "scopes": row.scopes,
            "releases": row.releases,
            "expires_at": row.expires_at.isoformat(),
        },
        now=now,
    )
    return IssuedKey(key, name, row.expires_at)


def list_keys(person_id: int, *, session: Session, now: datetime) -> list[ApiKey]:
    """Return the keys of a person that still work, the newest first."""
    query = (
        select(ApiKey)
        .where(
            ApiKey.person_id == person_id,
            col(ApiKey.revoked_at).is_(None),
            col(ApiKey.expires_at) > now,
        )
        .order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc())
    )
    return list(session.exec(query))


def revoke_key(
    public_id: str, *, session: Session, actor: Actor, person_id: int, now: datetime
) -> None:
    """End a key of ``person_id``; raise ``NotFound`` when it is not theirs or has ended."""
    query = select(ApiKey).where(
        ApiKey.public_id == public_id,
        ApiKey.person_id == person_id,
        col(ApiKey.revoked_at).is_(None),
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"There is no working API key {public_id!r} of this person.")
    row.revoked_at = now
    session.flush()
    audit.record(
        "api_key.revoke",
        session=session,
        actor=actor,
        subject=f"api_key:{public_id}",
        details={"name": row.name},
        now=now,
    )


def find_key_owner(key: str, *, session: Session, now: datetime) -> KeyOwner | None:
    """Return who a key stands for, or None when it is unknown, expired, revoked or disabled.

    Its scopes are those it was issued with, less what its owner's present roles no longer allow.
    """
    query = (
        select(ApiKey, Person)
        .join(Person, col(Person.id) == col(ApiKey.person_id))
        .where(
            # Found by its hash: the table, or a copy of it, holds nothing that opens anything.
            ApiKey.key_hash == token_hash(key),
            col(ApiKey.revoked_at).is_(None),
            col(ApiKey.expires_at) > now,
            col(Person.disabled_at).is_(None),
        )
    )
    found = session.exec(query).first()
    if found is None:
        return None
    row, person = found
    # Looked up at each use, so that a role that is taken away ends what its keys could do at once.
    roles = roles_of(person.id, session=session)
    scopes = frozenset(Scope(scope) for scope in row.scopes) & allowed_scopes(roles)
    is_stale = row.last_used_at is None or now - row.last_used_at >= USED_EVERY
    limit = None if row.releases is None else ReleaseLimit(tuple(row.releases))
    actor = Actor(person.id, person.name, roles, scopes, key_id=row.id, limit=limit)
    return KeyOwner(row.id, actor, is_stale)


def note_used(key_id: int, *, session: Session, now: datetime) -> None:
    """Write when a key was last used."""
    session.connection().execute(
        sa.update(ApiKey).where(col(ApiKey.id) == key_id).values(last_used_at=now)
    )


def _owner(actor: Actor, owner: Actor | None) -> tuple[int, frozenset[Role]]:
    """Return whose key it becomes and the roles that bound it."""
    # The operator alone makes keys for others: a person who could would hold what they may do.
    is_foreign = owner is not None and actor.person_id is not None
    holder = actor if owner is None else owner
    # A key must not make keys: it would outlive its own end and what it may do.
    if is_foreign or holder.person_id is None or holder.scopes is not None:
        raise Forbidden(Sentence("Only a signed-in person can make an API key for themselves."))
    return holder.person_id, holder.roles


def _check_limited(scopes: Collection[Scope]) -> None:
    """Refuse a limited key that could do what no limit reaches."""
    others = sorted(scope.value for scope in set(scopes) - RELEASE_SCOPES)
    if others:
        raise BadInput.at(
            "scopes", f"a key limited to some releases cannot carry {', '.join(others)}"
        )


def _check(name: str, scopes: Collection[Scope], days: int, roles: frozenset[Role]) -> None:
    if not (says_something(name) and len(name) <= MAX_NAME_LENGTH and name.isprintable()):
        raise BadInput.at(
            "name",
            Sentence("needs one line of 1 to %(most)s printable characters", most=MAX_NAME_LENGTH),
        )
    if not 1 <= days <= MAX_DAYS:
        raise BadInput.at(
            "days", Sentence("%(days)s is not between 1 and %(most)s", days=days, most=MAX_DAYS)
        )
    if not scopes:
        raise BadInput.at("scopes", Sentence("choose at least one"))
    # At the making too, although every use asks again: a key that can do nothing would be noticed
    # in a script at night.
    refused = set(scopes) - allowed_scopes(roles)
    if refused:
        names = ", ".join(sorted(scope.value for scope in refused))
        raise Forbidden(Sentence("Your roles do not allow an API key with %(names)s.", names=names))
