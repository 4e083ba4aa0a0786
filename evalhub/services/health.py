"""Tell whether the database answers."""

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from evalhub.services.transaction import Database


def is_answering(database: Database) -> bool:
    """Ask the database for a one and tell whether it came."""
    try:
        with database.transaction(write=False) as session:
            session.connection().execute(sa.select(1))
    # Whatever the reason, whoever asks wants to know whether to send people here.
    except SQLAlchemyError:
        return False
    return True
