"""Signing in: what is right, what is wrong, and how often one may try."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.canonical import sha256_hex
from evalhub.db.models import AuditEvent, Person, SignInAttempt
from evalhub.errors import TooManyAttempts
from evalhub.services.accounts.passwords import new_password
from evalhub.services.accounts.sessions import find_signed_in
from evalhub.services.accounts.signing_in import MAX_FAILURES, WINDOW, Checked, check, sign_in
from tests.factories import make_person

EMAIL, PASSWORD = "ada@example.org", "three quiet rivers"


@pytest.fixture
def person(session: Session) -> Person:
    """Give a person who has a password."""
    person = make_person(session, email=EMAIL)
    person.password_hash = new_password(PASSWORD, email=EMAIL).hash
    session.flush()
    return person


def enter(session: Session, now: datetime, password: str, email: str = EMAIL) -> str | None:
    checked = check(email, password, session=session, now=now)
    return sign_in(checked, session=session, user_agent="tests", days=14, now=now)


def fail(session: Session, now: datetime, times: int, email: str = EMAIL) -> None:
    """Fail without the cost of checking a password."""
    checked = check(email, "", session=session, now=now)
    for n in range(times):
        moment = now + timedelta(seconds=n)
        sign_in(checked, session=session, user_agent="tests", days=14, now=moment)


def test_the_right_password_opens_a_session(
    session: Session, person: Person, now: datetime
) -> None:
    token = enter(session, now, PASSWORD, " ADA@example.org ")

    assert token is not None
    found = find_signed_in(token, session=session, now=now)
    assert found is not None
    assert found.actor.person_id == person.id
    assert session.exec(select(AuditEvent.action)).all() == ["session.start"]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("jos\u00e9@example.org", "jose\u0301@example.org"),
        ("strasse@example.org", "Stra\u00dfe@example.org"),
    ],
    ids=["composed-otherwise", "sharp-s"],
)
def test_an_address_is_known_however_its_keyboard_writes_it(
    session: Session, person: Person, now: datetime, *, stored: str, typed: str
) -> None:
    make_person(session, email="jose@example.org")
    person.email = stored
    session.flush()

    assert enter(session, now, PASSWORD, typed) is not None
    assert session.exec(select(SignInAttempt)).one().email_hash == sha256_hex(stored)


def test_a_wrong_password_opens_none_and_is_counted(
    session: Session, person: Person, now: datetime
) -> None:
    assert enter(session, now, "three quiet river") is None

    attempt = session.exec(select(SignInAttempt)).one()
    assert not attempt.has_succeeded
    assert EMAIL not in str(attempt.model_dump())


@pytest.mark.parametrize("email", ["", "nobody@example.org", "x" * 5000])
def test_an_unknown_address_fails_like_a_wrong_password(
    session: Session, person: Person, now: datetime, email: str
) -> None:
    assert enter(session, now, PASSWORD, email) is None


def test_people_without_a_password_cannot_sign_in(session: Session, now: datetime) -> None:
    make_person(session, email=EMAIL)

    assert enter(session, now, "nobody has this password") is None


def test_a_closed_account_cannot_sign_in(session: Session, person: Person, now: datetime) -> None:
    person.disabled_at = now
    session.flush()

    assert enter(session, now, PASSWORD) is None


def test_after_ten_failures_even_the_right_password_waits(
    session: Session, person: Person, now: datetime
) -> None:
    fail(session, now, MAX_FAILURES)

    with pytest.raises(TooManyAttempts, match="Try again in 15 minutes") as caught:
        enter(session, now + timedelta(seconds=10), PASSWORD)

    assert caught.value.retry_after_s == WINDOW.total_seconds() - 10 + 1


def test_the_wait_ends(session: Session, person: Person, now: datetime) -> None:
    fail(session, now, MAX_FAILURES)

    assert enter(session, now + WINDOW, PASSWORD) is not None


def test_the_count_is_kept_per_address(session: Session, person: Person, now: datetime) -> None:
    fail(session, now, MAX_FAILURES, "somebody.else@example.org")

    assert enter(session, now, PASSWORD) is not None


def test_a_success_starts_the_count_again(session: Session, person: Person, now: datetime) -> None:
    fail(session, now, MAX_FAILURES - 1)
    enter(session, now, PASSWORD)
    fail(session, now, MAX_FAILURES - 1)

    assert enter(session, now, PASSWORD) is not None


def test_what_was_checked_before_the_limit_is_not_told_after_it(
    session: Session, person: Person, now: datetime
) -> None:
    checked = check(EMAIL, PASSWORD, session=session, now=now)
    fail(session, now, MAX_FAILURES)

    with pytest.raises(TooManyAttempts):
        sign_in(checked, session=session, user_agent="tests", days=14, now=now)


def test_old_attempts_are_thrown_away(session: Session, now: datetime) -> None:
    wrong = Checked("a" * 64, None)
    sign_in(wrong, session=session, user_agent="", days=14, now=now - timedelta(days=2))
    sign_in(wrong, session=session, user_agent="", days=14, now=now)

    assert len(session.exec(select(SignInAttempt)).all()) == 1
