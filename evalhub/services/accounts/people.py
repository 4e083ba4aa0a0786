"""Look people up, give and take roles, close and reopen accounts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor, Origin, Role
from evalhub.db.models import Person, RoleGrant
from evalhub.errors import Conflict, NotFound
from evalhub.services import audit
from evalhub.services.accounts.sessions import end_sessions, roles_of
from evalhub.services.locks import lock
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person with their roles, for lists and pages."""

    person: Person
    roles: tuple[Role, ...]


def list_people(
    *, session: Session, search: str = "", origin: Origin = Origin.ACCOUNT, page: int = 1
) -> Listing[PersonLine]:
    """Return a page of people by name; ``search`` keeps names and addresses that hold it."""
    query = select(Person).where(Person.origin == origin)
    if search:
        query = query.where(
            sa.or_(
                col(Person.name).icontains(search, autoescape=True),
                col(Person.email).icontains(search, autoescape=True),
            )
        )
    # By id as well: people of one name would otherwise change places between two pages.
    shown = query.order_by(sa.func.lower(Person.name), col(Person.id))
    people = session.exec(shown.limit(PAGE_SIZE).offset(offset_of(page))).all()
    return Listing(_with_roles(people, session), page, count_rows(query, session=session))


def get_person(public_id: str, *, session: Session) -> PersonLine:
    """Return a person; raise ``NotFound``."""
    person = _get(public_id, session)
    return _with_roles([person], session)[0]


def set_roles(
    public_id: str, *, session: Session, actor: Actor, roles: Collection[Role], now: datetime
) -> Person:
    """Make ``roles`` the roles of a person, and end their sign-ins when that changes anything.

    Raise ``NotFound``, or ``Conflict`` when nobody could administer EvalHub any more or the
    person cannot sign in anyway.
    """
    # Two admins who take the role from each other at once would both see another admin left.
    lock("roles", session=session)
    person = _get_account(public_id, session)
    present, wanted = roles_of(person.id, session=session), frozenset(roles)
    if present == wanted:
        return person
    if Role.ADMIN in present - wanted:
        _refuse_last_admin(person, session)
    _write_roles(person, present, wanted, session=session, actor=actor, now=now)
    # A page that is open was drawn for the old roles. Every request looks them up anew, so this is
    # for the person, who would click on what is refused.
    end_sessions(person.id, session=session, actor=actor, now=now)
    details = {
        "granted": sorted(role.value for role in wanted - present),
        "revoked": sorted(role.value for role in present - wanted),
    }
    _record("person.roles", person, details, session=session, actor=actor, now=now)
    return person


def disable(public_id: str, *, session: Session, actor: Actor, now: datetime) -> Person:
    """Close an account and end its sign-ins; what the person did stays.

    Raise ``NotFound``, or ``Conflict`` when nobody could administer EvalHub any more.
    """
    # As for roles: the last two admins must not close each other's accounts.
    lock("roles", session=session)
    person = _get_account(public_id, session)
    if person.disabled_at is not None:
        return person
    if Role.ADMIN in roles_of(person.id, session=session):
        _refuse_last_admin(person, session)
    person.disabled_at = now
    session.flush()
    end_sessions(person.id, session=session, actor=actor, now=now)
    _record("person.disable", person, {}, session=session, actor=actor, now=now)
    return person


def enable(public_id: str, *, session: Session, actor: Actor, now: datetime) -> Person:
    """Reopen an account; raise ``NotFound``."""
    person = _get_account(public_id, session)
    if person.disabled_at is not None:
        person.disabled_at = None
        session.flush()
        _record("person.enable", person, {}, session=session, actor=actor, now=now)
    return person


def _get(public_id: str, session: Session) -> Person:
    person = session.exec(select(Person).where(Person.public_id == public_id)).first()
    if person is None:
        raise NotFound(f"There is no person {public_id!r}.")
    return person


def _get_account(public_id: str, session: Session) -> Person:
    person = _get(public_id, session)
    if person.origin is not Origin.ACCOUNT:
        raise Conflict(f"{person.name} is {person.origin.value} and has no account.")
    return person


def _with_roles(people: Sequence[Person], session: Session) -> list[PersonLine]:
    held: defaultdict[int, list[Role]] = defaultdict(list)
    ids = [person.id for person in people]
    for grant in session.exec(select(RoleGrant).where(col(RoleGrant.person_id).in_(ids))):
        held[grant.person_id].append(Role(grant.role))
    # In the order in which roles are declared, so that pages and commands list them alike.
    order = list(Role)
    return [
        PersonLine(person, tuple(sorted(held[person.id], key=order.index))) for person in people
    ]


def _refuse_last_admin(person: Person, session: Session) -> None:
    others = (
        select(RoleGrant.person_id)
        .join(Person, col(Person.id) == col(RoleGrant.person_id))
        .where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.person_id != person.id,
            # An admin who cannot sign in administers nothing.
            Person.origin == Origin.ACCOUNT,
            col(Person.disabled_at).is_(None),
        )
    )
    if session.exec(others).first() is None:
        raise Conflict(f"{person.name} is the last admin; make somebody else admin first.")


def _write_roles(
    person: Person,
    present: frozenset[Role],
    wanted: frozenset[Role],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    gone = [role.value for role in present - wanted]
    session.connection().execute(
        sa.delete(RoleGrant).where(
            col(RoleGrant.person_id) == person.id, col(RoleGrant.role).in_(gone)
        )
    )
    session.add_all(
        RoleGrant(person_id=person.id, role=role, granted_at=now, granted_by=actor.person_id)
        for role in wanted - present
    )
    session.flush()


def _record(
    action: str,
    person: Person,
    details: dict[str, list[str]],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.id}",
        details=details,
        now=now,
    )
