"""Open the database for the rim, which may not know ``evalhub.db`` itself.

Pages, API, jobs and commands take their sessions from here, open one transaction a request
or command, and commit it; services only flush.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.db.migrate import current_revision, head_revision, upgrade
from evalhub.errors import SettingsError

__all__ = [
    "Database",
    "Session",
    "is_passing",
    "open_any_schema",
    "open_database",
    "reason_of",
    "upgrade",
]

OUTDATED = "The database schema is not up to date; run `evalhub db upgrade`."


def open_database(settings: Settings, *, needs_schema: bool = True) -> Database:
    """Return the database of ``settings``, which has answered once.

    Raise ``SettingsError`` when it does not answer, and when ``needs_schema`` and its schema
    is not the newest: ``evalhub db upgrade`` mends that. A database file that is not there is
    then not made either, since looking for one must not leave an empty one behind.
    """
    database = Database(settings.database_url)
    file = _file_of(database)
    if needs_schema and file is not None and not file.exists():
        raise SettingsError(f"There is no database yet at {file}; run `evalhub db upgrade`.")
    try:
        if file is not None:
            # Readable by its owner alone, as is what SQLite then puts beside it.
            file.touch(mode=0o600)
        revision = current_revision(database)
    except (sa.exc.DBAPIError, OSError) as error:
        database.dispose()
        place = f"EVALHUB_DATABASE_URL {shown_url(database)}"
        raise SettingsError(f"{place} cannot be used: {reason_of(error)}") from error
    # Refused and not upgraded: two servers that start at once must not both migrate, and an
    # operator wants a copy first.
    if needs_schema and revision != head_revision():
        database.dispose()
        raise SettingsError(OUTDATED)
    return database


def open_any_schema(settings: Settings) -> Database:
    """Return the database of ``settings`` whatever its schema; for a copy before an upgrade.

    Raise ``SettingsError`` when it does not answer or no EvalHub has made its tables yet.
    """
    file = _file_of(Database(settings.database_url))
    if file is not None and not file.exists():
        raise SettingsError(f"There is no database yet at {file}; run `evalhub db upgrade`.")
    database = open_database(settings, needs_schema=False)
    if current_revision(database) is None:
        database.dispose()
        raise SettingsError(
            f"EVALHUB_DATABASE_URL {shown_url(database)} has no tables of EvalHub yet; "
            "run `evalhub db upgrade`."
        )
    return database


def shown_url(database: Database) -> str:
    """Return the address of the database without its password."""
    return sa.make_url(database.url).render_as_string(hide_password=True)


def reason_of(error: sa.exc.DBAPIError | OSError) -> str:
    """Return why the database did not answer, in the first line of the driver's own words.

    SQLAlchemy adds the statement and a link, and a driver may add a line for each address that
    it tried; whoever mistyped a setting needs neither.
    """
    words = str(error.orig) if isinstance(error, sa.exc.DBAPIError) else error.strerror
    lines = (words or str(error)).strip().splitlines()
    return f"{lines[0].rstrip('.')}." if lines else "it gave no reason."


def _file_of(database: Database) -> Path | None:
    path = sa.make_url(database.url).database if database.is_sqlite else None
    return None if path in {None, "", ":memory:"} else Path(path)


def is_passing(error: BaseException) -> bool:
    """Tell whether waiting may mend the error: the database may come back, a defect stays.

    Drivers report a connection that is gone or refused, a lock that was not had and a server that
    shuts down as the first two; a broken constraint or a wrong statement is neither.
    """
    return isinstance(error, OperationalError | InterfaceError | NoConnectionFree)
