"""The engine: one writer at a time, readers that cannot write, times that stay aware."""

import fcntl
import multiprocessing
import os
import signal
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import FrameType

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.people import Origin
from evalhub.db.engine import Database, WriterLock, normalise_url
from evalhub.db.models import Person, SignInAttempt
from evalhub.errors import SettingsError


def attempt(now: datetime) -> SignInAttempt:
    return SignInAttempt(email_hash="0" * 64, attempted_at=now, has_succeeded=False)


def write_many(url: str, n: int) -> None:
    database = Database(url)
    for _ in range(n):
        with database.transaction() as session:
            session.add(attempt(datetime(2026, 1, 1, tzinfo=UTC)))
    database.dispose()


def test_a_committed_row_is_read_back(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        session.add(attempt(now))

    with database.transaction(write=False) as session:
        assert session.exec(select(SignInAttempt)).one().attempted_at == now


def test_a_failed_block_leaves_nothing(database: Database, now: datetime) -> None:
    with pytest.raises(LookupError), database.transaction() as session:
        session.add(attempt(now))
        session.flush()
        raise LookupError

    with database.transaction(write=False) as session:
        assert session.exec(select(SignInAttempt)).all() == []


def test_a_reading_transaction_cannot_write(database: Database, now: datetime) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.transaction(write=False) as session:
        session.add(attempt(now))


def test_threads_and_processes_write_without_a_lost_row(database_url: str) -> None:
    workers: list[threading.Thread | multiprocessing.process.BaseProcess] = [
        threading.Thread(target=write_many, args=(database_url, 20)) for _ in range(3)
    ]
    spawn = multiprocessing.get_context("spawn")
    workers += [spawn.Process(target=write_many, args=(database_url, 20)) for _ in range(2)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    database = Database(database_url)
    with database.transaction(write=False) as session:
        assert session.exec(select(sa.func.count()).select_from(SignInAttempt)).one() == 100
    database.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_write_transaction_in_one_thread_is_refused_on_sqlite(
    database: Database, now: datetime
) -> None:
    with database.transaction() as outer:
        outer.add(attempt(now))
        outer.flush()
        with pytest.raises(RuntimeError, match="already open"), database.transaction() as inner:
            inner.add(attempt(now))
            inner.flush()

    with database.transaction(write=False) as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 1


class Interrupted(BaseException):
    """What a signal raises in the middle of a wait."""


def n_open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_wait_for_the_writers_place_that_is_broken_off_keeps_nobody_out(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "lock")
    held = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    n_open = n_open_files()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(Interrupted):
        lock.acquire()
    signal.signal(signal.SIGALRM, before)

    assert n_open_files() == n_open
    os.close(held)
    lock.release(lock.acquire())


def test_a_lock_file_that_cannot_be_opened_keeps_nobody_out_for_ever(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    lock = WriterLock(folder / "lock")

    with pytest.raises(FileNotFoundError):
        lock.acquire()

    folder.mkdir()
    lock.release(lock.acquire())


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    local = datetime(2026, 3, 1, 2, 0, tzinfo=timezone(timedelta(hours=3)))

    with database.transaction() as session:
        session.add(attempt(local))

    with database.transaction(write=False) as session:
        stored = session.exec(select(SignInAttempt)).one().attempted_at
    assert stored == local
    assert stored.tzinfo is UTC


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - the point of the test

    with pytest.raises(sa.exc.StatementError, match="no time zone"), database.transaction() as s:
        s.add(attempt(naive))


def test_a_value_outside_its_vocabulary_is_refused_by_the_database(database: Database) -> None:
    insert = sa.insert(Person).values(
        public_id="p", name="x", origin=sa.literal_column("'martian'"), created_at=datetime.now(UTC)
    )

    with pytest.raises(sa.exc.IntegrityError), database.transaction() as session:
        session.connection().execute(insert)


def test_known_values_are_stored_as_their_words(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        session.add(Person(public_id="p", name="x", origin=Origin.SIMULATED, created_at=now))

    with database.transaction(write=False) as session:
        row = session.connection().execute(sa.text("SELECT origin FROM person")).one()
    assert row.origin == "simulated"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
    ids=["sqlite", "postgresql", "postgres", "explicit"],
)
def test_urls_get_the_driver_in_use(given: str, expected: str) -> None:
    assert normalise_url(given) == expected


def test_another_kind_of_database_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="'mysql'"):
        normalise_url("mysql://h/d")


def test_a_reading_transaction_sees_one_state_to_its_end(database: Database, now: datetime) -> None:
    count = sa.select(sa.func.count()).select_from(SignInAttempt)

    with database.transaction(write=False) as reading:
        before = reading.connection().execute(count).scalar_one()
        with database.transaction() as writing:
            writing.add(attempt(now))
        after = reading.connection().execute(count).scalar_one()

    with database.transaction(write=False) as reading:
        later = reading.connection().execute(count).scalar_one()
    assert (before, after, later) == (0, 0, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_statements_stay_ready_from_one_transaction_to_the_next(database: Database) -> None:
    for write in (True, False, True, False):
        with database.transaction(write=write) as session:
            session.connection()
    told: list[str] = []

    for pool in (database.engine, database.writer):
        with pool.connect() as connection:
            connection.connection.driver_connection.set_trace_callback(told.append)  # type: ignore[union-attr]  # SQLite's
    for write in (True, False):
        with database.transaction(write=write) as session:
            session.connection()

    assert "BEGIN IMMEDIATE" in told
    assert "BEGIN" in told
    # It would make SQLite put every statement together anew.
    assert not [one for one in told if one.startswith("PRAGMA")]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_was_dropped_over_night_is_replaced(database: Database) -> None:
    pid = sa.text("SELECT pg_backend_pid()")
    with database.transaction() as session:
        rested = session.connection().execute(pid).scalar_one()
        entry = session.connection().info
    entry["rests_since"] -= 60
    with database.transaction() as one, database.transaction() as other:
        # It is alive, so it is used again.
        assert rested in {s.connection().execute(pid).scalar_one() for s in (one, other)}
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [rested])
    entry["rests_since"] -= 60

    for _ in range(3):
        with database.transaction() as session:
            assert session.connection().execute(pid).scalar_one() != rested
