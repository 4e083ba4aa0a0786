"""Invite people: the only way to an account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor, Origin, Role
from evalhub.db.models import Invitation, Person, RoleGrant
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services import audit
from evalhub.services.accounts.fields import clean_email, clean_name
from evalhub.services.accounts.passwords import NewPassword
from evalhub.services.accounts.tokens import new_public_id, new_token, token_hash
from evalhub.services.accounts.words import keep_words
from evalhub.services.locks import lock

NOT_OPEN = "This invitation was used, taken back or has expired. Ask for a new one."


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """Carry a new invitation to whoever passes its link on; the token is stored nowhere."""

    token: str
    email: str
    name: str
    expires_at: datetime

    def link(self, public_url: str) -> str:
        """Return the address that the invited person opens."""
        return f"{public_url.rstrip('/')}/invitations/{self.token}"


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """Describe an open invitation to who manages it and to who holds its link."""

    id: int
    email: str
    name: str
    roles: tuple[Role, ...]
    created_at: datetime
    expires_at: datetime


def invite(
    email: str,
    *,
    session: Session,
    actor: Actor,
    name: str,
    roles: Collection[Role],
    days: int,
    now: datetime,
) -> IssuedInvitation:
    """Make an invitation and take back older ones to the same address.

    Raise ``BadInput`` for a bad address or name or no roles, ``Conflict`` when the address
    has an account.
    """
    email, name = clean_email(email), clean_name(name)
    if not roles:
        raise BadInput.at("roles", "choose at least one")
    # Two admins who invite one person at once would each see no other link, and both would stay
    # open.
    lock(f"email:{email}", session=session)
    _refuse_known(email, session)
    older = sa.update(Invitation).where(col(Invitation.email) == email, *_is_open(now))
    session.connection().execute(older.values(revoked_at=now))
    token = new_token()
    row = Invitation(
        token_hash=token_hash(token),
        email=email,
        name=name,
        roles=sorted(role.value for role in set(roles)),
        created_at=now,
        expires_at=now + timedelta(days=days),
        invited_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    _record("invitation.issue", row, session=session, actor=actor, now=now)
    return IssuedInvitation(token, email, name, row.expires_at)


def get_invitation(token: str, *, session: Session, now: datetime) -> InvitationLine:
    """Return the open invitation behind a link; raise ``NotFound``."""
    return _line(_get_open(token, session, now))


def accept(
    token: str, *, session: Session, name: str, password: NewPassword, now: datetime
) -> Person:
    """Turn an invitation into an account with the roles it carries.

    Raise ``NotFound`` when it is not open any more, ``Conflict`` when the address has an
    account by now.
    """
    name = clean_name(name)
    row = _get_open(token, session, now)
    # A link that is opened twice at once makes one account: the second waits here and then reads
    # that the first has used it.
    lock(f"email:{row.email}", session=session)
    session.refresh(row)
    if row.accepted_at is not None or row.revoked_at is not None:
        raise NotFound(NOT_OPEN)
    _refuse_known(row.email, session)
    person = _add_person(row, name, password, session=session, now=now)
    row.accepted_at, row.accepted_by = now, person.id
    session.flush()
    # Nobody is signed in yet; the new person is who acted.
    actor = Actor(person.id, person.name, frozenset(Role(role) for role in row.roles))
    _record("invitation.accept", row, session=session, actor=actor, now=now)
    return person


def take_back(invitation_id: int, *, session: Session, actor: Actor, now: datetime) -> None:
    """End an open invitation; raise ``NotFound`` when there is none."""
    # Held, so that it cannot be accepted between this look and the end of the transaction.
    query = select(Invitation).where(Invitation.id == invitation_id, *_is_open(now))
    row = session.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound(f"There is no open invitation {invitation_id}.")
    row.revoked_at = now
    session.flush()
    _record("invitation.revoke", row, session=session, actor=actor, now=now)


def list_open(*, session: Session, now: datetime) -> list[InvitationLine]:
    """Return the open invitations, the newest first."""
    query = select(Invitation).where(*_is_open(now)).order_by(col(Invitation.id).desc())
    return [_line(row) for row in session.exec(query)]


def _get_open(token: str, session: Session, now: datetime) -> Invitation:
    query = select(Invitation).where(Invitation.token_hash == token_hash(token), *_is_open(now))
    row = session.exec(query).first()
    # The same words for a link that never was: who tries links learns nothing from the answer.
    if row is None:
        raise NotFound(NOT_OPEN)
    return row


def _line(row: Invitation) -> InvitationLine:
    roles = tuple(Role(role) for role in row.roles)
    return InvitationLine(row.id, row.email, row.name, roles, row.created_at, row.expires_at)


def _is_open(now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > now,
    ]


def _refuse_known(email: str, session: Session) -> None:
    if session.exec(select(Person.id).where(Person.email == email)).first() is not None:
        raise Conflict(f"{email} has an account already.")


def _add_person(
    row: Invitation, name: str, password: NewPassword, *, session: Session, now: datetime
) -> Person:
    person = Person(
        public_id=new_public_id(),
        email=row.email,
        name=name,
        password_hash=password.hash,
        origin=Origin.ACCOUNT,
        created_at=now,
    )
    session.add(person)
    session.flush()
    keep_words(person, session=session)
    session.add_all(
        RoleGrant(person_id=person.id, role=Role(role), granted_at=now, granted_by=row.invited_by)
        for role in row.roles
    )
    session.flush()
    return person


def _record(action: str, row: Invitation, *, session: Session, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"invitation:{row.id}",
        details={"roles": row.roles, "expires_at": row.expires_at.isoformat()},
        now=now,
    )
