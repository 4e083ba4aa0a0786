"""Watch what a database is asked to do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db.engine import WRITE, Database


@contextmanager
def listening(database: Database, event: str, told: Callable[..., object]) -> Iterator[None]:
    """Have ``told`` called on each ``event`` of the engine in the block, and not in other tests."""
    # Connections that read and connections that write have pools of their own on SQLite.
    heard: list[object] = [database.engine]
    if event == "checkin":
        heard = list({database.engine.pool, database.writer.pool})
    for one in heard:
        sa.event.listen(one, event, told)
    try:
        yield
    finally:
        for one in heard:
            sa.event.remove(one, event, told)


def n_statements(session: Session, ask: Callable[[], object]) -> int:
    """Return how many statements ``ask`` sends over a session that has nothing loaded yet."""
    session.flush()
    session.expunge_all()
    seen: list[object] = []

    def note(*_args: object, **_named: object) -> None:
        seen.append(None)

    connection = session.connection()
    sa.event.listen(connection, "before_cursor_execute", note)
    ask()
    sa.event.remove(connection, "before_cursor_execute", note)
    return len(seen)


@contextmanager
def written_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement of a writing transaction in the block, as it was sent."""
    seen: list[str] = []

    def note(
        connection: sa.Connection, _cursor: object, statement: str, *_rest: object, **_named: object
    ) -> None:
        if connection.get_execution_options().get(WRITE):
            seen.append(statement)

    with listening(database, "before_cursor_execute", note):
        yield seen


def wait_for_lock(database: Database) -> None:
    """Return once some transaction of this database waits for a lock."""
    waits = sa.text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(3_000):
        with database.transaction(write=False) as session:
            if session.connection().execute(waits).scalar_one():
                return
        threading.Event().wait(0.01)
    pytest.fail("nobody waits")
