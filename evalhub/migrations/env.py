"""Run migrations on the engine that ``evalhub.db.migrate`` hands over: all of them or none."""

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel

import evalhub.db.models  # noqa: F401 - fills the metadata
from evalhub.errors import Conflict


def run(connection: sa.Connection, *, is_sqlite: bool) -> None:
    """Apply the wanted migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
        # Alembic takes SQLite's driver for one that commits before each change of a table, and
        # would begin anew for each migration. Ours does not, so a failure half way undoes all.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite:
            refuse_broken_references(connection)


def switch_foreign_keys(connection: sa.Connection, state: str) -> None:
    """Turn SQLite's foreign keys on or off, which it ignores inside a transaction."""
    # The driver's own cursor: through SQLAlchemy the statement would open that transaction.
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={state}")


def refuse_broken_references(connection: sa.Connection) -> None:
    """Raise ``Conflict`` when a row names a row that is no longer there."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise Conflict(
            f"Migrating would leave rows that refer to nothing ({len(broken)}, the first in "
            f"table {broken[0][0]!r}); nothing was changed."
        )


engine = context.config.attributes["engine"]

with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # To change a table SQLite drops it and renames a changed copy. Dropping deletes its
        # rows, and every row that refers to them would forbid it.
        switch_foreign_keys(connection, "OFF")
        try:
            run(connection, is_sqlite=True)
        finally:
            switch_foreign_keys(connection, "ON")
    else:
        run(connection, is_sqlite=False)
