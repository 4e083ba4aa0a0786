"""Let several transactions, on as many machines, read the one state that a first one reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.db.engine import Database
from evalhub.errors import ClusterError

_SERVER = "SELECT current_database() || ' since ' || pg_postmaster_start_time()"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Name a state of a database; ``server`` tells which database, and since when it runs.

    It can be read for as long as the transaction that exported it is open.
    """

    id: str
    server: str


def export_snapshot(session: Session) -> Snapshot:
    """Name the state that ``session`` reads; raise ``ClusterError`` on SQLite.

    PostgreSQL hands the name out, and takes it from any of its connections.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        raise ClusterError(
            "A build on several machines needs PostgreSQL: a file of SQLite lies on one machine. "
            "Copy the database to PostgreSQL, or build without a scheduler."
        )
    return Snapshot(
        id=connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one(),
        server=connection.exec_driver_sql(_SERVER).scalar_one(),
    )


@contextmanager
def reading_snapshot(database: Database, snapshot: Snapshot) -> Iterator[Session]:
    """Yield a session that reads the state ``snapshot`` names, and cannot write.

    Raise ``ClusterError`` where it is of another database. A snapshot's name is a small number, so
    another server may well have one of that name, and its rows would go into the release.
    """
    if database.is_sqlite:
        raise ClusterError(
            "This worker's EVALHUB_DATABASE_URL names a file of SQLite; set it to the PostgreSQL "
            "that the build reads."
        )
    with database.transaction(write=False) as session:
        connection = session.connection()
        # Quoted here: the statement takes no parameters. It has to be the first of its transaction.
        quoted = sa.literal(snapshot.id).compile(connection, compile_kwargs={"literal_binds": True})
        try:
            connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT {quoted}")
        except sa.exc.DBAPIError as error:
            raise ClusterError(_elsewhere(snapshot.server)) from error
        found = connection.exec_driver_sql(_SERVER).scalar_one()
        if found != snapshot.server:
            raise ClusterError(_elsewhere(snapshot.server))
        yield session


def _elsewhere(server: str) -> str:
    return (
        "This worker's EVALHUB_DATABASE_URL does not lead to the state that the build reads, of "
        f"database {server}."
    )
