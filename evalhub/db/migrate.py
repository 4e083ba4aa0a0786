"""Bring a database to the newest schema with Alembic."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from evalhub.db.engine import Database

SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(database: Database) -> Config:
    """Return an Alembic configuration bound to ``database``; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["engine"] = database.writer
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations up to ``revision``; do nothing when there are none left."""
    command.upgrade(alembic_config(database), revision)


def current_revision(database: Database) -> str | None:
    """Return the revision the database is at, or None before the first migration."""
    # Asks the schema's own table, which is there even where the newest models' tables are not.
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head_revision() -> str:
    """Return the newest revision this code knows.

    Looked up once: to read every migration takes longer than to ask the database for its own.
    """
    return _scripts().get_heads()[0]


def knows_revision(revision: str) -> bool:
    """Tell whether this code has the migration ``revision``; a newer one's it has not."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config)
