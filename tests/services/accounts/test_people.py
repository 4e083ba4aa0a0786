"""People: lists, roles, closed accounts, and the admin who must remain."""

import threading
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Origin, Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Person
from evalhub.errors import Conflict, NotFound
from evalhub.services.accounts.people import disable, enable, get_person, list_people, set_roles
from evalhub.services.accounts.sessions import find_signed_in, roles_of, start_session
from tests.factories import make_person

ACTOR = command_actor()


def names(session: Session, search: str = "", origin: Origin = Origin.ACCOUNT) -> list[str]:
    listing = list_people(session=session, search=search, origin=origin)
    return [line.person.name for line in listing.items]


def give(session: Session, person: Person, roles: set[Role], now: datetime) -> Person:
    return set_roles(person.public_id, session=session, actor=ACTOR, roles=roles, now=now)


def test_people_are_listed_by_name_with_their_roles(session: Session) -> None:
    make_person(session, Role.LAB, Role.ADMIN, name="Cy")
    make_person(session, name="ada")
    make_person(session, name="Bo")

    listing = list_people(session=session)

    assert [line.person.name for line in listing.items] == ["ada", "Bo", "Cy"]
    assert [line.roles for line in listing.items] == [(), (), (Role.ADMIN, Role.LAB)]
    assert listing.n_found == 3


def test_people_are_listed_by_how_they_came_to_be_known(session: Session) -> None:
    make_person(session, name="Account")
    make_person(session, name="Imported", origin=Origin.IMPORTED)
    make_person(session, name="Simulated", origin=Origin.SIMULATED)

    assert names(session) == ["Account"]
    assert names(session, origin=Origin.SIMULATED) == ["Simulated"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("ADA", ["Ada"]), ("hub.org", ["Bo"]), ("%", ["100%"]), ("_", []), ("zz", [])],
)
def test_people_are_found_by_name_or_address(
    session: Session, search: str, found: list[str]
) -> None:
    make_person(session, name="Ada", email="a@example.org")
    make_person(session, name="Bo", email="b@hub.org")
    make_person(session, name="100%", email="c@example.org")

    assert names(session, search) == found


def test_long_lists_have_pages(session: Session) -> None:
    for n in range(51):
        make_person(session, name=f"Person {n:02}")

    second = list_people(session=session, page=2)

    assert [line.person.name for line in second.items] == ["Person 50"]
    assert list_people(session=session, page=9).items == []


def test_people_of_one_name_stand_on_one_page_each(session: Session) -> None:
    everybody = {make_person(session, name="Ada").public_id for _ in range(120)}

    pages = [list_people(session=session, page=page).items for page in (1, 2, 3)]

    listed = [line.person.public_id for page in pages for line in page]
    assert len(listed) == 120
    assert set(listed) == everybody


def test_a_person_is_found_by_public_id(session: Session) -> None:
    person = make_person(session, Role.LAB)
    make_person(session, Role.ADMIN)

    line = get_person(person.public_id, session=session)

    assert (line.person, line.roles) == (person, (Role.LAB,))


def test_an_unknown_person_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        get_person("nobody", session=session)


def test_roles_are_given_and_taken(session: Session, now: datetime) -> None:
    person = make_person(session, Role.LAB, Role.AUDITOR)

    give(session, person, {Role.LAB, Role.RESEARCHER}, now)

    assert roles_of(person.id, session=session) == {Role.LAB, Role.RESEARCHER}
    event = session.exec(select(AuditEvent)).one()
    assert event.details == '{"granted":["researcher"],"revoked":["auditor"]}'


def test_a_change_of_roles_ends_the_sign_ins(session: Session, now: datetime) -> None:
    person = make_person(session)
    token = start_session(person, session=session, user_agent="", days=14, now=now)

    give(session, person, {Role.LAB}, now)

    assert find_signed_in(token, session=session, now=now) is None


def test_the_same_roles_change_nothing(session: Session, now: datetime) -> None:
    person = make_person(session, Role.LAB)
    token = start_session(person, session=session, user_agent="", days=14, now=now)

    give(session, person, {Role.LAB}, now)

    assert find_signed_in(token, session=session, now=now)
    assert session.exec(select(AuditEvent)).all() == []


@pytest.mark.parametrize("origin", [Origin.IMPORTED, Origin.SIMULATED])
def test_people_without_an_account_get_no_roles(
    session: Session, now: datetime, origin: Origin
) -> None:
    person = make_person(session, origin=origin)

    with pytest.raises(Conflict, match="has no account"):
        give(session, person, {Role.ADMIN}, now)


def test_the_last_admin_stays_admin(session: Session, now: datetime) -> None:
    last = make_person(session, Role.ADMIN, name="Ines")
    closed = make_person(session, Role.ADMIN)
    closed.disabled_at = now
    make_person(session, Role.ADMIN, origin=Origin.SIMULATED)

    with pytest.raises(Conflict, match="Ines is the last admin"):
        give(session, last, {Role.LAB}, now)
    with pytest.raises(Conflict, match="Ines is the last admin"):
        disable(last.public_id, session=session, actor=ACTOR, now=now)


def test_one_of_two_admins_may_go(session: Session, now: datetime) -> None:
    first, second = make_person(session, Role.ADMIN), make_person(session, Role.ADMIN)

    give(session, first, set(), now)

    with pytest.raises(Conflict):
        give(session, second, set(), now)


def test_two_admins_cannot_both_leave_at_once(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ids = [make_person(session, Role.ADMIN).public_id for _ in range(2)]
    barrier, outcomes = threading.Barrier(2), list[str]()

    def leave(public_id: str) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                set_roles(public_id, session=session, actor=ACTOR, roles=(), now=now)
            outcomes.append("left")
        except Conflict:
            outcomes.append("stayed")

    threads = [threading.Thread(target=leave, args=(public_id,)) for public_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["left", "stayed"]


def test_a_closed_account_keeps_its_roles_and_loses_its_sign_ins(
    session: Session, now: datetime
) -> None:
    person = make_person(session, Role.LAB)
    token = start_session(person, session=session, user_agent="", days=14, now=now)

    disable(person.public_id, session=session, actor=ACTOR, now=now)

    assert person.disabled_at == now
    assert roles_of(person.id, session=session) == {Role.LAB}
    assert find_signed_in(token, session=session, now=now) is None


def test_a_closed_account_can_be_reopened(session: Session, now: datetime) -> None:
    person = make_person(session)
    disable(person.public_id, session=session, actor=ACTOR, now=now)

    enable(person.public_id, session=session, actor=ACTOR, now=now)

    assert person.disabled_at is None
    actions = session.exec(select(AuditEvent.action).order_by("sequence")).all()
    assert actions == ["person.disable", "person.enable"]


def test_closing_and_reopening_twice_is_done_once(session: Session, now: datetime) -> None:
    person = make_person(session)

    for change in (disable, disable, enable, enable):
        change(person.public_id, session=session, actor=ACTOR, now=now)

    assert len(session.exec(select(AuditEvent)).all()) == 2
