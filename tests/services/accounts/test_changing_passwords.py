from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Actor, command_actor
from evalhub.db.models import AuditEvent, Person
from evalhub.errors import NotFound
from evalhub.services.accounts.changing_passwords import change_password, reset_password
from evalhub.services.accounts.passwords import NewPassword, new_password
from evalhub.services.accounts.sessions import find_signed_in, start_session
from evalhub.services.accounts.signing_in import Checked, check
from tests.factories import make_person

EMAIL, PASSWORD = "ada@example.org", "three quiet rivers"
NEW = NewPassword("$argon2id$new")


@pytest.fixture
def person(session: Session) -> Person:
    """Give a person who has a password."""
    person = make_person(session, email=EMAIL)
    person.password_hash = new_password(PASSWORD, email=EMAIL).hash
    session.flush()
    return person


def change(session: Session, person: Person, checked: Checked, now: datetime) -> str | None:
    return change_password(
        checked,
        NEW,
        session=session,
        actor=Actor(person.id, person.name, frozenset()),
        user_agent="tests",
        days=14,
        now=now,
    )


def test_a_new_password_ends_the_old_sign_ins(
    session: Session, person: Person, now: datetime
) -> None:
    old = start_session(person, session=session, user_agent="", days=14, now=now)
    checked = check(EMAIL, PASSWORD, session=session, now=now)

    token = change(session, person, checked, now)

    assert person.password_hash == NEW.hash
    assert find_signed_in(old, session=session, now=now) is None
    assert find_signed_in(token or "", session=session, now=now)
    actions = session.exec(select(AuditEvent.action).order_by("sequence")).all()
    assert actions == ["session.end", "person.password"]


def test_the_present_password_is_needed(session: Session, person: Person, now: datetime) -> None:
    before = person.password_hash
    checked = check(EMAIL, "wrong wrong wrong", session=session, now=now)

    assert change(session, person, checked, now) is None
    assert person.password_hash == before


def test_the_password_of_another_does_not_do(
    session: Session, person: Person, now: datetime
) -> None:
    outsider = make_person(session)
    checked = check(EMAIL, PASSWORD, session=session, now=now)

    assert change(session, outsider, checked, now) is None
    assert outsider.password_hash is None


def test_the_operator_sets_a_lost_password(session: Session, person: Person, now: datetime) -> None:
    token = start_session(person, session=session, user_agent="", days=14, now=now)

    reset_password("ADA@example.org", NEW, session=session, actor=command_actor(), now=now)

    assert person.password_hash == NEW.hash
    assert find_signed_in(token, session=session, now=now) is None


def test_an_unknown_address_has_no_password_to_set(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound, match=r"nobody@example\.org"):
        reset_password("nobody@example.org", NEW, session=session, actor=command_actor(), now=now)
