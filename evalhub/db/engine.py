"""Open the database and hand out transactions, the same way on SQLite and PostgreSQL.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that returned is on disk. Its
busy handler is unfair, so a writer first takes a lock file (held per process and thread)
and only then BEGIN IMMEDIATE; the lock goes back when the connection does. A transaction
opened for reading cannot write on either database, and sees one state from its first
statement to its end, whatever others commit meanwhile.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from evalhub.errors import SettingsError

WRITE = "evalhub_write"
"""Execution option that marks an engine's transactions as writers."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)


class Database:
    """Own one engine and open its transactions."""

    def __init__(self, url: str) -> None:
        self.url = normalise_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self._writer = self.engine.execution_options(**{WRITE: True})

    def session(self, *, write: bool) -> Session:
        """Return a session that begins at its first statement; the caller ends it."""
        # Rows stay readable after the commit: pages are rendered from them, and reading each again
        # would be a transaction of its own.
        return Session(self._writer if write else self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Session]:
        """Yield a session; commit when the block ends, roll back when it raises."""
        with self.session(write=write) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def normalise_url(url: str) -> str:
    """Return ``url`` with the driver EvalHub uses; refuse other databases."""
    for plain in ("postgresql://", "postgres://", "postgresql+psycopg://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    if url.startswith("sqlite:///"):
        return url
    scheme = url.split(":", 1)[0]
    raise SettingsError(
        f"EVALHUB_DATABASE_URL starts with {scheme!r}; use sqlite:///PATH or postgresql://…"
    )


def _postgres_engine(url: str) -> sa.Engine:
    # Asked before use: a connection that the server dropped overnight would otherwise fail the
    # first request of the morning.
    engine = sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(WRITE):
            # PostgreSQL's default takes a new snapshot for each statement, so what is read in
            # several steps (a release, a board) would mix states; SQLite never does.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def _sqlite_engine(url: str) -> sa.Engine:
    path = Path(sa.make_url(url).database or "")
    engine = sa.create_engine(url, connect_args={"timeout": 30.0}, pool_size=8, max_overflow=8)
    lock = WriterLock(path.with_name(path.name + ".lock"))

    @sa.event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not open transactions of its own: begin() below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A connection goes back to the pool as it was left, so each transaction says anew what it
        # may do.
        if not connection.get_execution_options().get(WRITE):
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
            return
        connection.info["lock"] = lock.acquire()
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "checkin")
    def checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        held = entry.info.pop("lock", None)
        if held is not None:
            lock.release(held)

    return engine


class WriterLock:
    """Let one writer at a time through, among the threads and processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._owner: int | None = None

    def acquire(self) -> int:
        """Wait for the lock and return the handle to release it with.

        Raise ``RuntimeError`` when this thread already writes: waiting would never end.

        The file is opened anew each time: a handle inherited by a forked worker would
        share its parent's lock and exclude nobody.
        """
        if self._owner == threading.get_ident():
            raise RuntimeError("A write transaction is already open in this thread.")
        self._thread_lock.acquire()
        handle = -1
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except BaseException:
            # Ctrl-C comes out of the wait as well; a lock kept then would stop every other thread.
            if handle >= 0:
                os.close(handle)
            self._thread_lock.release()
            raise
        self._owner = threading.get_ident()
        return handle

    def release(self, handle: int) -> None:
        """Give the lock back."""
        self._owner = None
        os.close(handle)
        self._thread_lock.release()
