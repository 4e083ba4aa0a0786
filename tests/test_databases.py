"""Tests share open databases, and yet none sees what another left."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db.engine import Database
from tests.databases import OpenDatabases
from tests.factories import make_person
from tests.postgres import PostgresServer


@pytest.fixture
def is_emptied(database: Database) -> bool:
    """Tell whether the test before left nothing behind."""
    with database.engine.connect() as connection:
        return not connection.execute(sa.text("SELECT 1 FROM person")).all()


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_an_empty_database(database: Database, is_emptied: bool, time: str) -> None:
    with database.transaction() as session:
        make_person(session, name=time)

    assert is_emptied


def test_one_postgresql_database_serves_one_test_after_the_other(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.emptied_database() as first:
        pass
    with postgres_server.emptied_database() as second:
        pass

    assert first == second


@pytest.mark.parametrize("time", ["first", "second"])
def test_numbers_begin_with_one_even_after_rows_that_were_rolled_back(
    session: Session, time: str
) -> None:
    assert make_person(session, name=time).id == 1


def test_a_database_with_another_schema_is_thrown_away(postgres_server: PostgresServer) -> None:
    with postgres_server.emptied_database() as first, psycopg.connect(first) as connection:
        connection.execute("CREATE SCHEMA jobs CREATE TABLE queue (id int)")
    with postgres_server.emptied_database() as second:
        pass

    assert first != second


def test_a_database_that_somebody_still_holds_is_given_to_nobody_else(
    databases: OpenDatabases, database_url: str
) -> None:
    held = databases.open(database_url)
    with held.engine.connect() as connection:
        databases.release(database_url)
        other = databases.open(database_url)
        # Its pool is gone, so nobody else closes it.
        connection.invalidate()

    assert other is not held
    databases.release(database_url)
