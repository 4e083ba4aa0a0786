from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.models import AuditEvent, Person, WebSession
from evalhub.errors import NotFound
from evalhub.services.accounts.sessions import (
    end_session,
    end_sessions,
    find_signed_in,
    list_sessions,
    note_seen,
    start_session,
)
from tests.factories import make_person

ACTOR = command_actor()


def start(session: Session, person: Person, now: datetime, browser: str = "tests") -> str:
    return start_session(person, session=session, user_agent=browser, days=14, now=now)


def test_a_token_finds_its_person_and_roles(session: Session, now: datetime) -> None:
    person = make_person(session, Role.ADMIN, Role.LAB, name="Ines")
    start(session, make_person(session), now)
    token = start(session, person, now)

    found = find_signed_in(token, session=session, now=now)

    assert found is not None
    assert found.actor == Actor(person.id, "Ines", frozenset({Role.ADMIN, Role.LAB}))
    assert found.public_id == person.public_id


def test_a_person_without_a_role_is_signed_in_all_the_same(session: Session, now: datetime) -> None:
    start(session, make_person(session, Role.ADMIN), now)
    token = start(session, make_person(session, name="Bo"), now)

    found = find_signed_in(token, session=session, now=now)

    assert found is not None
    assert (found.actor.name, found.actor.roles) == ("Bo", frozenset())


def test_the_token_is_not_stored(session: Session, now: datetime) -> None:
    token = start(session, make_person(session), now)

    row = session.exec(select(WebSession)).one()

    assert token not in str(row.model_dump())


@pytest.mark.parametrize("token", ["", "x", "a" * 43], ids=["empty", "short", "other"])
def test_another_token_finds_nobody(session: Session, now: datetime, token: str) -> None:
    start(session, make_person(session), now)

    assert find_signed_in(token, session=session, now=now) is None


def test_a_sign_in_ends_by_itself(session: Session, now: datetime) -> None:
    token = start(session, make_person(session), now)

    assert find_signed_in(token, session=session, now=now + timedelta(days=13, hours=23))
    assert find_signed_in(token, session=session, now=now + timedelta(days=14)) is None


def test_a_closed_account_has_no_sign_in(session: Session, now: datetime) -> None:
    person = make_person(session)
    token = start(session, person, now)
    person.disabled_at = now
    session.flush()

    assert find_signed_in(token, session=session, now=now) is None


def test_last_seen_is_due_after_a_minute(session: Session, now: datetime) -> None:
    token = start(session, make_person(session), now)
    later = now + timedelta(minutes=1)

    fresh = find_signed_in(token, session=session, now=now + timedelta(seconds=59))
    stale = find_signed_in(token, session=session, now=later)

    assert fresh is not None
    assert not fresh.is_stale
    assert stale is not None
    assert stale.is_stale
    note_seen(stale.web_session_id, session=session, now=later)
    session.expire_all()
    assert not getattr(find_signed_in(token, session=session, now=later), "is_stale", None)


def test_open_sign_ins_are_listed_last_used_first(session: Session, now: datetime) -> None:
    person = make_person(session)
    start(session, make_person(session), now)
    start(session, person, now - timedelta(days=20), "ended by itself")
    start(session, person, now - timedelta(days=2), "older")
    start(session, person, now - timedelta(days=1), "newer" + "x" * 1000)

    lines = list_sessions(person.id, session=session, now=now)

    assert [line.user_agent[:5] for line in lines] == ["newer", "older"]
    assert len(lines[0].user_agent) == 300


def test_one_sign_in_can_be_ended(session: Session, now: datetime) -> None:
    person = make_person(session)
    gone, kept = start(session, person, now), start(session, person, now)
    found = find_signed_in(gone, session=session, now=now)
    assert found is not None

    end_session(found.web_session_id, session=session, person_id=person.id, actor=ACTOR, now=now)

    assert find_signed_in(gone, session=session, now=now) is None
    assert find_signed_in(kept, session=session, now=now)
    assert session.exec(select(AuditEvent.action)).all() == ["session.end"]


def test_nobody_ends_the_sign_in_of_another(session: Session, now: datetime) -> None:
    owner, outsider = make_person(session), make_person(session)
    token = start(session, owner, now)
    found = find_signed_in(token, session=session, now=now)
    assert found is not None

    with pytest.raises(NotFound, match="no open sign-in"):
        end_session(
            found.web_session_id, session=session, person_id=outsider.id, actor=ACTOR, now=now
        )


def test_all_sign_ins_can_be_ended(session: Session, now: datetime) -> None:
    person, other = make_person(session), make_person(session)
    tokens = [start(session, person, now) for _ in range(3)]
    noise = start(session, other, now)

    n_ended = end_sessions(person.id, session=session, actor=ACTOR, now=now)

    assert n_ended == 3
    assert [find_signed_in(token, session=session, now=now) for token in tokens] == [None] * 3
    assert find_signed_in(noise, session=session, now=now)
    assert end_sessions(person.id, session=session, actor=ACTOR, now=now) == 0
