"""Cut claims as a network does, while their holders live on."""

import sqlalchemy as sa

from evalhub.db.engine import Database


def cut_claims(database: Database) -> None:
    """End the connections that hold a claim of this PostgreSQL database."""
    holders = sa.text(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks "
        "WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with database.transaction() as session:
        assert session.connection().execute(holders).all()
