"""Hold a name so that nobody else does, until released or until this process dies.

PostgreSQL keeps an advisory lock with a connection of its own; SQLite, which serves one
machine, a locked file beside the database. Both go back by themselves when the holder is
killed, so there is no lease to wait out. A lock ends with its connection, also when only that
was cut and its holder lives on: who works for hours looks now and then (``watched_claim``).
"""

import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from evalhub.core.canonical import sha256_hex
from evalhub.db.engine import Database

Look: TypeAlias = Callable[[], None]
"""Look whether a claim is still held; raise the database's own error where it is lost."""


@contextmanager
def claim(database: Database, name: str) -> Iterator[bool]:
    """Yield whether this caller alone now holds ``name``; release it when the block ends.

    ``name`` is made of lower-case letters, digits, dots, dashes and underscores.
    """
    with watched_claim(database, name) as look:
        yield look is not None


@contextmanager
def watched_claim(database: Database, name: str) -> Iterator[Look | None]:
    """Claim ``name`` and yield how to look whether it is still held, or None where it was not had.

    The error of a lost claim is one that waiting may mend, as of any connection that was cut.
    """
    held = _file_claim(database, name) if database.is_sqlite else _advisory_claim(database, name)
    with held as look:
        yield look


def held_names(names: Collection[str], *, session: Session) -> frozenset[str]:
    """Return which of ``names`` somebody holds at this moment; none of them is taken.

    A page may ask for hundreds of names every other second, so on PostgreSQL this is one query
    and not a connection for each name, as claiming them would be.
    """
    url = session.connection().engine.url
    if url.get_backend_name() == "sqlite":
        return frozenset(name for name in names if _is_locked(_claim_path(url, name)))
    held = {(row.classid, row.objid) for row in session.connection().execute(_ADVISORY)}
    return frozenset(name for name in names if _halves(_key(name)) in held)


def _claim_path(url: sa.URL, name: str) -> Path:
    # The file is never deleted: another process could hold the lock of a file that is gone, and a
    # third that of a new one.
    path = Path(url.database or "")
    return path.with_name(f"{path.name}.{name}.claim")


def _is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two pages that look at once do not take each other for a holder.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def _file_claim(database: Database, name: str) -> Iterator[Look | None]:
    path = _claim_path(sa.make_url(database.url), name)
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield _keep
    finally:
        os.close(handle)


def _keep() -> None:
    """Find nothing: the lock of an open file ends with its process alone."""


@contextmanager
def _advisory_claim(database: Database, name: str) -> Iterator[Look | None]:
    # Outside the pool: a claim may last for hours and must not starve the transactions.
    engine = sa.create_engine(database.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        is_held = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_key(name)))))

        def look() -> None:
            # The lock lives as long as its connection, so one that answers still has it.
            connection.execute(sa.select(1))

        try:
            yield look if is_held else None
        finally:
            # The end of the connection gives it back, too, but only once the server has seen it:
            # whoever claims the name in that moment would be told that somebody works on it.
            # One that was cut has nothing to give back, and must not be opened again for it.
            if is_held and not connection.invalidated:
                with suppress(DBAPIError):
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(_key(name))))


def _key(name: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256_hex(f"evalhub claim {name}"))[:8], signed=True)


def _halves(key: int) -> tuple[int, int]:
    """Return a lock's key as PostgreSQL lists it: its upper and its lower 32 bits."""
    return (key >> 32) & 0xFFFFFFFF, key & 0xFFFFFFFF


_ADVISORY = sa.text(
    "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).columns(sa.column("classid", sa.BigInteger), sa.column("objid", sa.BigInteger))
"""The locks of one whole number (``objsubid`` 1) that are held in this database."""
