"""An instance with a release of the tiny project, built once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.db.engine import Database
from evalhub.services.releasing.kept import FoundRelease, get_release
from tests.databases import OpenDatabases
from tests.release_project import MOMENT, make_tiny_project
from tests.releases import build_release

N_PROMPTS = 6
"""How many prompts the tiny project has."""


@pytest.fixture(scope="session")
def released_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an instance with a release of the tiny project, to be copied."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copyfile(sqlite_template, folder / "evalhub.db")
    url = f"sqlite:///{folder}/evalhub.db"
    database = Database(url)
    settings = Settings(instance_dir=folder, database_url=url, secret_key="s" * 40)
    with database.transaction() as session:
        make_tiny_project(session)
        build_release("tiny", session=session, settings=settings, actor=command_actor(), now=MOMENT)
    with database.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return folder


@pytest.fixture
def database_url(released_template: Path, tmp_path: Path, databases: OpenDatabases) -> str:
    """Give an SQLite database with a release, for what does not differ between the two kinds."""
    shutil.copytree(released_template / "releases", tmp_path / "releases")
    return databases.copy_sqlite(released_template / "evalhub.db")


@pytest.fixture
def built(database: Database, settings: Settings) -> FoundRelease:
    """Give the release of the tiny project."""
    with database.transaction(write=False) as session:
        return get_release(
            "tiny", "1.0.0", session=session, settings=settings, actor=command_actor()
        )
