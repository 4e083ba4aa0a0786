"""Fixtures that every test may use: both databases, settings, a clock, the shared data."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from tests.databases import OpenDatabases
from tests.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the caller's own settings out, and give drawn examples the time they need."""
    hypothesis.settings.register_profile("evalhub", deadline=None, max_examples=50)
    hypothesis.settings.load_profile("evalhub")
    for name in [name for name in os.environ if name.startswith("EVALHUB_")]:
        del os.environ[name]
    gc.disable()


def pytest_collection_finish() -> None:
    """Never look for garbage among modules and tests, which stay as long as the process.

    To look while they are made takes as long as to make them, in each process of tests, and at its
    end five times more.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it puts in the background deaf to Ctrl-C, and children inherit that; the
    # tests that interrupt a command would then wait for its end.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run a real PostgreSQL for this test process, with a migrated template database.

    Its folder is not one of pytest's: the server gives up root's rights where it has them, and
    pytest shuts everybody else out of its own folders whenever another run starts.
    """
    with (
        tempfile.TemporaryDirectory(prefix="evalhub-postgres-") as folder,
        PostgresServer(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.commit()
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDatabases]:
    """Give what this process has open; most tests ask for ``database``."""
    opened = OpenDatabases(tmp_path_factory.mktemp("databases"))
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, databases: OpenDatabases) -> Iterator[str]:
    """Give the URL of an empty, migrated database; each test runs on both kinds."""
    if request.param == "sqlite":
        yield databases.copy_sqlite(request.getfixturevalue("sqlite_template"))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.emptied_database() as url:
        yield url


@pytest.fixture
def database(database_url: str, databases: OpenDatabases) -> Iterator[Database]:
    """Give an empty, migrated database."""
    yield databases.open(database_url)
    databases.release(database_url)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a writing session; what the test leaves uncommitted is rolled back."""
    with database.session(write=True) as session:
        yield session
        session.rollback()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Give settings over the test's own instance folder and database."""
    return Settings(
        instance_dir=tmp_path,
        database_url=database_url,
        secret_key="a-secret-for-tests-only-" + "0" * 20,
        endpoint_allow="127.0.0.1",
    )


@pytest.fixture
def now() -> datetime:
    """Give a fixed moment."""
    return datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Give the folder with the real data, or skip where it is absent."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("the folder with the real data (../shared) is not here")
    return path


@pytest.fixture
def inspector(database: Database) -> sa.Inspector:
    """Give a view of the tables of a migrated database."""
    return sa.inspect(database.engine)
