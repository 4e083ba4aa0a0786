"""Open the database for the rim, which may not know ``evalhub.db`` itself.

Pages, API, jobs and commands take their sessions from here, open one transaction a request
or command, and commit it; services only flush.
"""

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.db.migrate import current_revision, head_revision, upgrade
from evalhub.errors import SettingsError

__all__ = ["Database", "Session", "open_database", "upgrade"]


def open_database(settings: Settings, *, needs_schema: bool = True) -> Database:
    """Return the database of ``settings``.

    Raise ``SettingsError`` when ``needs_schema`` and its schema is not the newest:
    ``evalhub db upgrade`` mends that.
    """
    database = Database(settings.database_url)
    if needs_schema and current_revision(database) != head_revision():
        database.dispose()
        raise SettingsError("The database schema is not up to date; run `evalhub db upgrade`.")
    return database
