"""Watch what is done while the one writer is held."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from evalhub.db.engine import WRITE, Database


@contextmanager
def written_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement of a writing transaction in the block, as it was sent."""
    seen: list[str] = []

    def note(
        connection: sa.Connection, _cursor: object, statement: str, *_rest: object, **_named: object
    ) -> None:
        if connection.get_execution_options().get(WRITE):
            seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
