"""A database of its own for each test that changes the schema or counts connections.

Whoever has another open would find its prepared statements broken by a table made anew.
"""

from collections.abc import Iterator

import pytest

from evalhub.db.engine import Database
from tests.conftest import DATABASES
from tests.databases import OpenDatabases
from tests.postgres import PostgresServer


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, databases: OpenDatabases) -> Iterator[str]:
    """Give the URL of an empty, migrated database that nothing else has open."""
    if request.param == "sqlite":
        yield databases.copy_sqlite(request.getfixturevalue("sqlite_template"))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give the database at that URL."""
    database = Database(database_url)
    yield database
    database.dispose()
