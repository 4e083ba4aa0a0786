"""One state, read by several transactions."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db.engine import Database
from evalhub.db.snapshots import Snapshot, export_snapshot, reading_snapshot
from evalhub.errors import ClusterError
from tests.factories import make_person

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
COUNT = sa.text("SELECT count(*) FROM person")


def read(database: Database, snapshot: Snapshot) -> None:
    with reading_snapshot(database, snapshot):
        pass


@on_postgresql
def test_another_transaction_reads_the_exported_state_and_cannot_write(database: Database) -> None:
    with database.transaction() as session:
        make_person(session)

    with database.transaction(write=False) as first:
        snapshot = export_snapshot(first)
        with database.transaction() as other:
            make_person(other)
        with reading_snapshot(database, snapshot) as second:
            seen = second.execute(COUNT).scalar_one()
            with pytest.raises(sa.exc.InternalError, match="read-only"):
                second.execute(sa.text("DELETE FROM person"))

    assert seen == 1


@on_postgresql
def test_a_state_of_another_server_is_refused(database: Database) -> None:
    with database.transaction(write=False) as session:
        snapshot = replace(export_snapshot(session), server="evalhub since 2001")

        with pytest.raises(ClusterError, match="of database evalhub since 2001"):
            read(database, snapshot)


@on_postgresql
def test_a_state_that_nobody_holds_any_more_is_refused(database: Database) -> None:
    with database.transaction(write=False) as session:
        snapshot = export_snapshot(session)

    for name in (snapshot.id, "it's none"):
        with pytest.raises(ClusterError, match="does not lead to the state"):
            read(database, replace(snapshot, id=name))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_has_no_state_for_other_machines(session: Session) -> None:
    with pytest.raises(ClusterError, match="needs PostgreSQL: a file of SQLite lies on one"):
        export_snapshot(session)
