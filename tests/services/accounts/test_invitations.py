"""Invitations: issued once, used once, taken back, expired."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Actor, Origin, Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Invitation, Person
from evalhub.errors import BadInput, Conflict, EvalHubError, NotFound
from evalhub.services.accounts.invitations import (
    IssuedInvitation,
    accept,
    get_invitation,
    invite,
    list_open,
    take_back,
)
from evalhub.services.accounts.passwords import NewPassword, is_password, new_password
from evalhub.services.accounts.sessions import roles_of
from tests.factories import make_person

PASSWORD = NewPassword("$argon2id$not-checked-here")


def issue(
    session: Session, now: datetime, email: str = "bo@example.org", *roles: Role
) -> IssuedInvitation:
    return invite(
        email,
        session=session,
        actor=command_actor(),
        name="Bo Li",
        roles=roles or (Role.ANNOTATOR,),
        days=7,
        now=now,
    )


def test_an_invitation_becomes_an_account(session: Session, now: datetime) -> None:
    issued = issue(session, now, "Bo@Example.org", Role.LAB, Role.ANNOTATOR)
    password = new_password("three quiet rivers", email=issued.email)

    person = accept(issued.token, session=session, name=" Bo  Li ", password=password, now=now)

    assert (person.email, person.name, person.origin) == ("bo@example.org", "Bo Li", Origin.ACCOUNT)
    assert roles_of(person.id, session=session) == {Role.LAB, Role.ANNOTATOR}
    assert is_password("three quiet rivers", person.password_hash)


def test_the_link_carries_the_token_and_nothing_stores_it(session: Session, now: datetime) -> None:
    issued = issue(session, now)

    row = session.exec(select(Invitation)).one()

    assert issued.link("https://hub.example.org/") == (
        f"https://hub.example.org/invitations/{issued.token}"
    )
    assert issued.token not in str(row.model_dump())


def test_inviting_and_accepting_are_in_the_audit_log(session: Session, now: datetime) -> None:
    admin = make_person(session, Role.ADMIN, name="Ines")
    actor = Actor(admin.id, admin.name, frozenset({Role.ADMIN}))
    issued = invite(
        "bo@example.org",
        session=session,
        actor=actor,
        name="Bo",
        roles=[Role.LAB],
        days=1,
        now=now,
    )
    accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)

    events = session.exec(select(AuditEvent).order_by("sequence")).all()

    assert [(event.action, event.actor_name) for event in events] == [
        ("invitation.issue", "Ines"),
        ("invitation.accept", "Bo"),
    ]
    assert "bo@example.org" not in events[0].details


def test_an_invitation_tells_its_holder_what_it_is_for(session: Session, now: datetime) -> None:
    issued = issue(session, now)

    line = get_invitation(issued.token, session=session, now=now)

    assert (line.email, line.name, line.roles) == ("bo@example.org", "Bo Li", (Role.ANNOTATOR,))
    assert line.expires_at == now + timedelta(days=7)


def test_an_invitation_works_once(session: Session, now: datetime) -> None:
    issued = issue(session, now)
    accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)

    with pytest.raises(NotFound, match="was used"):
        accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)


def test_an_invitation_expires(session: Session, now: datetime) -> None:
    issued = issue(session, now)

    with pytest.raises(NotFound, match="expired"):
        get_invitation(issued.token, session=session, now=now + timedelta(days=7))


def test_an_invitation_can_be_taken_back(session: Session, now: datetime) -> None:
    issued = issue(session, now)
    [line] = list_open(session=session, now=now)

    take_back(line.id, session=session, actor=command_actor(), now=now)

    assert list_open(session=session, now=now) == []
    with pytest.raises(NotFound, match="taken back"):
        accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)
    with pytest.raises(NotFound, match="no open invitation"):
        take_back(line.id, session=session, actor=command_actor(), now=now)


def test_a_second_invitation_replaces_the_first(session: Session, now: datetime) -> None:
    first = issue(session, now)
    other = issue(session, now, "cy@example.org")

    second = issue(session, now)

    with pytest.raises(NotFound):
        get_invitation(first.token, session=session, now=now)
    assert get_invitation(second.token, session=session, now=now).email == "bo@example.org"
    assert get_invitation(other.token, session=session, now=now).email == "cy@example.org"


def test_an_address_with_an_account_is_not_invited(session: Session, now: datetime) -> None:
    make_person(session, email="bo@example.org")

    with pytest.raises(Conflict, match="has an account already"):
        issue(session, now, "BO@example.org")


def test_an_account_made_meanwhile_wins(session: Session, now: datetime) -> None:
    issued = issue(session, now)
    make_person(session, email="bo@example.org")

    with pytest.raises(Conflict, match="has an account already"):
        accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)


@pytest.mark.parametrize(
    ("email", "name", "roles", "where"),
    [
        ("bo", "Bo", [Role.LAB], "e-mail address"),
        ("bo@example.org", "", [Role.LAB], "name"),
        ("bo@example.org", "Bo", [], "roles"),
    ],
    ids=["address", "name", "roles"],
)
def test_a_bad_invitation_changes_nothing(
    session: Session, now: datetime, email: str, name: str, roles: list[Role], where: str
) -> None:
    with pytest.raises(BadInput) as caught:
        invite(
            email,
            session=session,
            actor=command_actor(),
            name=name,
            roles=roles,
            days=7,
            now=now,
        )

    assert caught.value.problems[0].where == where
    assert session.exec(select(Invitation)).all() == []


def test_one_link_used_twice_at_once_makes_one_account(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        issued = issue(session, now)
    barrier, outcomes = threading.Barrier(4), list[str]()

    def use() -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                accept(issued.token, session=session, name="Bo", password=PASSWORD, now=now)
            outcomes.append("in")
        except EvalHubError:
            outcomes.append("refused")

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction(write=False) as session:
        people = session.exec(select(Person)).all()
    assert sorted(outcomes) == ["in", "refused", "refused", "refused"]
    assert len(people) == 1
