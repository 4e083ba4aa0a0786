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
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from evalhub.errors import SettingsError

WRITE = "evalhub_write"
"""Execution option that marks an engine's transactions as writers."""

TRUSTED_FOR_S = 1.0
"""Seconds for which a connection to PostgreSQL is taken to be alive after its last use."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)


class Database:
    """Own one engine and open its transactions.

    ``writer`` is the same engine for transactions that write. On SQLite its connections are its
    own, so that neither kind has to be told anew at each transaction what it may do.
    """

    def __init__(self, url: str) -> None:
        self.url = normalise_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        options = {WRITE: True}
        self.writer = (
            _WithOwnPool(self.engine, options)
            if self.is_sqlite
            else self.engine.execution_options(**options)
        )

    def session(self, *, write: bool) -> Session:
        """Return a session that begins at its first statement; the caller ends it."""
        # Rows stay readable after the commit: pages are rendered from them, and reading each again
        # would be a transaction of its own.
        return Session(self.writer if write else self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Session]:
        """Yield a session; commit when the block ends, roll back when it raises."""
        with self.session(write=write) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        if self.is_sqlite:
            self.writer.dispose()


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
    engine = sa.create_engine(url, pool_size=8, max_overflow=8)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(WRITE):
            # PostgreSQL's default takes a new snapshot for each statement, so what is read in
            # several steps (a release, a board) would mix states; SQLite never does.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    @sa.event.listens_for(engine, "checkin")
    def checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def checkout(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        # Asked before use: a connection that the server dropped overnight would otherwise fail the
        # first request of the morning. One that was used a moment ago is not asked, which would
        # take as long as a statement, several times a request.
        rests_since = entry.info.get("rests_since")
        if rests_since is None or time.monotonic() - rests_since < TRUSTED_FOR_S:
            return
        try:
            is_alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            is_alive = False
        if not is_alive:
            # The pool opens another, and lets go of all that were opened before.
            raise sa.exc.InvalidatePoolError

    return engine


class _WithOwnPool(OptionEngine):
    """Be an engine with the events of another and connections of its own."""

    pool: sa.Pool = None  # type: ignore[assignment]  # set below; the class it extends shares one

    def __init__(self, engine: sa.Engine, options: Mapping[str, object]) -> None:
        super().__init__(engine, options)
        self.pool = engine.pool.recreate()


def _sqlite_engine(url: str) -> sa.Engine:
    path = Path(sa.make_url(url).database or "")
    engine = sa.create_engine(
        url,
        # All statements of a connection stay ready to run; there are some hundred.
        connect_args={"timeout": 30.0, "cached_statements": 512},
        pool_size=8,
        max_overflow=8,
        # The connection used last has the newest pages at hand; what others wrote it reads anew.
        pool_use_lifo=True,
    )
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
        if not connection.get_execution_options().get(WRITE):
            _let_read_only(connection, is_so=True)
            connection.exec_driver_sql("BEGIN")
            return
        connection.info["lock"] = lock.acquire()
        _let_read_only(connection, is_so=False)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "checkin")
    def checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        held = entry.info.pop("lock", None)
        if held is not None:
            lock.release(held)

    return engine


def _let_read_only(connection: sa.Connection, *, is_so: bool) -> None:
    """Let a connection of SQLite's refuse to write, or write.

    SQLite throws away every statement that it has ready when it is told, so a connection is told
    once: those that read and those that write are kept in pools of their own.
    """
    if connection.info.get("reads_only") is not is_so:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if is_so else 'OFF'}")
        connection.info["reads_only"] = is_so


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
