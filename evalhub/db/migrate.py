"""Bring a database to the newest schema with Alembic.

Every server and worker asks for the schema when it starts, and few bring it up. Asking reads a
table and the heads of some files; Alembic, which takes a tenth of a start to import, does the rest.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from evalhub.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
_REVISION = re.compile(r'^(down_)?revision = (?:"(\w+)"|None)$', re.MULTILINE)


def alembic_config(database: Database) -> "Config":
    """Return an Alembic configuration bound to ``database``; there is no ini file."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["engine"] = database.writer
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations up to ``revision``; do nothing when there are none left."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(alembic_config(database), revision)


def current_revision(database: Database) -> str | None:
    """Return the revision the database is at, or None before the first migration."""
    # Asks the schema's own table, which is there even where the newest models' tables are not.
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            sa.text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def head_revision() -> str:
    """Return the newest revision this code knows: that which no other follows."""
    (head,) = _followed().keys() - set(_followed().values())
    return head


def knows_revision(revision: str) -> bool:
    """Tell whether this code has the migration ``revision``; a newer one's it has not."""
    return revision in _followed()


@cache
def _followed() -> dict[str, str]:
    """Return for each revision which one it follows, empty for the first."""
    followed = {}
    for path in (SCRIPTS / "versions").glob("[0-9]*.py"):
        names = dict(_REVISION.findall(path.read_text(encoding="utf-8")))
        followed[names[""]] = names["down_"]
    return followed
