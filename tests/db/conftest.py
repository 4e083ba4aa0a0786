"""A database of its own for each test that changes the schema or counts connections."""

from collections.abc import Iterator

import pytest

from evalhub.db.engine import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty, migrated database that no other test has open."""
    database = Database(database_url)
    yield database
    database.dispose()
