"""Hold a name so that nobody else does, until released or until this process dies.

PostgreSQL keeps an advisory lock with a connection of its own; SQLite, which serves one
machine, a locked file beside the database. Both go back by themselves when the holder is
killed, so there is no lease to wait out.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from evalhub.core.canonical import sha256_hex
from evalhub.db.engine import Database


@contextmanager
def claim(database: Database, name: str) -> Iterator[bool]:
    """Yield whether this caller alone now holds ``name``; release it when the block ends.

    ``name`` is made of lower-case letters, digits and dashes.
    """
    held = _file_claim(database, name) if database.is_sqlite else _advisory_claim(database, name)
    with held as is_held:
        yield is_held


@contextmanager
def _file_claim(database: Database, name: str) -> Iterator[bool]:
    path = Path(sa.make_url(database.url).database or "")
    handle = os.open(
        path.with_name(f"{path.name}.{name}.claim"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
    )
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextmanager
def _advisory_claim(database: Database, name: str) -> Iterator[bool]:
    # Outside the pool: a claim may last for hours and must not starve the transactions.
    engine = sa.create_engine(database.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    key = int.from_bytes(bytes.fromhex(sha256_hex(f"evalhub claim {name}"))[:8], signed=True)
    with engine.connect() as connection:
        yield bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))))
