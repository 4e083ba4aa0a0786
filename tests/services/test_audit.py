"""The audit log: its chain, what breaks it, and writers at the same time."""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent
from evalhub.errors import BadInput
from evalhub.services import audit
from tests.factories import make_person

ACTOR = command_actor()
Tamper = Callable[[sa.Connection], object]


def record(session: Session, now: datetime, action: str = "thing.do", **details: int) -> AuditEvent:
    return audit.record(
        action, session=session, actor=ACTOR, subject="thing:1", details=details, now=now
    )


def tamper(session: Session, change: str) -> None:
    """Change the log behind its triggers, as somebody with the database's password could."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER USER")
    else:
        names = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_event'"
        for name in connection.exec_driver_sql(names).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.exec_driver_sql(change)
    if connection.dialect.name == "postgresql":
        # The next test gets this database with its rows gone and its triggers as they stand.
        connection.exec_driver_sql("ALTER TABLE audit_event ENABLE TRIGGER USER")
    session.expire_all()


def test_an_empty_log_is_sound(session: Session) -> None:
    report = audit.verify(session=session)

    assert report.is_sound
    assert report.head == audit.Head(0, audit.GENESIS)


def test_each_entry_names_the_one_before_it(session: Session, now: datetime) -> None:
    first = record(session, now, n=1)
    second = record(session, now + timedelta(seconds=1), n=2)

    assert (first.sequence, first.previous_hash) == (1, audit.GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert audit.verify(session=session) == audit.AuditReport(2, audit.Head(2, second.hash), None)


def test_an_auditor_can_compute_a_hash_from_the_row_alone(session: Session, now: datetime) -> None:
    record(session, now, n=1)
    row = record(session, now + timedelta(seconds=1), "thing.ende", größe=2)

    covered = {
        "action": "thing.ende",
        "actor": ACTOR.name,
        "actor_id": None,
        "at": "2026-11-21T09:30:01.000000+00:00",
        "details": '{"größe":2}',
        "previous": row.previous_hash,
        "sequence": 2,
        "subject": "thing:1",
    }
    text = json.dumps(covered, separators=(",", ":"), ensure_ascii=False)
    assert row.hash == hashlib.sha256(text.encode()).hexdigest()


def test_an_entry_names_its_actor(session: Session, now: datetime) -> None:
    person = make_person(session, Role.ADMIN, name="Ines")
    actor = Actor(person.id, person.name, frozenset({Role.ADMIN}))

    event = audit.record(
        "thing.do",
        session=session,
        actor=actor,
        subject="thing:1",
        details={"b": 1, "a": []},
        now=now,
    )

    assert (event.actor_id, event.actor_name) == (person.id, "Ines")
    assert event.details == '{"a":[],"b":1}'


def test_the_hash_survives_the_database(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        record(session, now.replace(microsecond=123456), text=1)

    with database.transaction(write=False) as session:
        report = audit.verify(session=session)

    assert report.is_sound


@pytest.mark.parametrize("verb", ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"])
def test_the_database_refuses_changes(session: Session, now: datetime, verb: str) -> None:
    record(session, now)

    with pytest.raises(sa.exc.DBAPIError, match="append"):
        session.connection().exec_driver_sql(verb)


@pytest.mark.parametrize(
    ("change", "sequence", "reason"),
    [
        pytest.param(
            "UPDATE audit_event SET details = '{}' WHERE sequence = 2",
            2,
            "its content does not match its hash",
            id="changed details",
        ),
        pytest.param(
            "UPDATE audit_event SET actor_name = 'nobody' WHERE sequence = 1",
            1,
            "its content does not match its hash",
            id="changed actor",
        ),
        pytest.param(
            "DELETE FROM audit_event WHERE sequence = 2",
            2,
            "the entry is missing; the next one is 3",
            id="removed",
        ),
        pytest.param(
            "UPDATE audit_event SET previous_hash = 'f' WHERE sequence = 3",
            3,
            "it does not name the hash of the entry before it",
            id="other predecessor",
        ),
    ],
)
def test_tampering_is_found_where_it_happened(
    session: Session, now: datetime, change: str, sequence: int, reason: str
) -> None:
    for n in range(4):
        record(session, now, n=n)

    tamper(session, change)

    assert audit.verify(session=session).problem == audit.ChainProblem(sequence, reason)


def test_a_cut_off_end_shows_against_an_exported_head(session: Session, now: datetime) -> None:
    for n in range(3):
        record(session, now, n=n)
    exported = audit.head(session=session)

    tamper(session, "DELETE FROM audit_event WHERE sequence = 3")

    assert audit.verify(session=session).is_sound
    problem = audit.verify(session=session, expected_head=exported).problem
    assert problem == audit.ChainProblem(3, "the log ends here, before the expected entry 3")


def test_a_rewritten_log_shows_against_an_exported_head(session: Session, now: datetime) -> None:
    record(session, now)
    other = audit.Head(1, "a" * 64)

    problem = audit.verify(session=session, expected_head=other).problem

    assert problem == audit.ChainProblem(1, "its hash is not the expected head")


def test_a_log_that_grew_since_the_export_is_sound(session: Session, now: datetime) -> None:
    record(session, now)
    exported = audit.head(session=session)
    record(session, now)

    assert audit.verify(session=session, expected_head=exported).is_sound


def test_a_head_is_read_as_it_is_printed() -> None:
    head = audit.Head(12, "ab" * 32)

    assert audit.Head.parse(f" {head}\n") == head


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "12:",
        "x:" + "a" * 64,
        "12:" + "g" * 64,
        "-1:" + "a" * 64,
        "9" * 99 + ":" + "a" * 64,
    ],
)
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="NUMBER:HASH"):
        audit.Head.parse(text)


def test_a_head_before_the_first_entry_is_that_of_an_empty_log() -> None:
    assert audit.Head.parse(str(audit.Head(0, audit.GENESIS))) == audit.Head(0, audit.GENESIS)
    for number in ("0", "000"):
        with pytest.raises(BadInput, match="names entry 0"):
            audit.Head.parse(f"{number}:{'a' * 64}")


def test_writers_at_the_same_time_do_not_fork_the_chain(database: Database, now: datetime) -> None:
    def write() -> None:
        barrier.wait()
        for n in range(5):
            with database.transaction() as session:
                record(session, now, n=n)

    barrier = threading.Barrier(8)
    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction(write=False) as session:
        report = audit.verify(session=session)
    assert (report.n_events, report.problem) == (40, None)


def test_a_rolled_back_entry_leaves_no_gap(database: Database, now: datetime) -> None:
    with database.session(write=True) as session:
        record(session, now)
        session.rollback()

    with database.transaction() as session:
        event = record(session, now)

    assert event.sequence == 1


def test_a_long_chain_is_walked_in_batches(session: Session, now: datetime) -> None:
    for n in range(audit.BATCH + 1):
        record(session, now, n=n)

    assert audit.verify(session=session).n_events == audit.BATCH + 1


def test_the_newest_entry_is_listed_first(session: Session, now: datetime) -> None:
    for n in range(60):
        record(session, now, n=n)

    first, second = (audit.list_events(session=session, page=page) for page in (1, 2))

    assert [event.sequence for event in first.items][:2] == [60, 59]
    assert [event.sequence for event in second.items] == list(range(10, 0, -1))
    assert (first.n_found, first.n_pages) == (60, 2)


def test_the_list_can_be_searched(session: Session, now: datetime) -> None:
    record(session, now, "prompt_set.freeze")
    record(session, now, "pull.start")
    record(session, now, "percent%sign")

    found = audit.list_events(session=session, search="FREEZE")
    literal = audit.list_events(session=session, search="%")

    assert [event.action for event in found.items] == ["prompt_set.freeze"]
    assert [event.action for event in literal.items] == ["percent%sign"]
