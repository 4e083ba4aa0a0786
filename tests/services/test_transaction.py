"""Opening the database: what cannot be used is said in one line, without a password."""

import stat
from pathlib import Path

import pytest

from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.errors import SettingsError
from evalhub.services.transaction import open_database, shown_url, upgrade


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(instance_dir=folder, database_url=url, secret_key="s" * 40)


def refusal(url: str, folder: Path, *, needs_schema: bool = False) -> str:
    """Return what opening ``url`` says."""
    with pytest.raises(SettingsError) as caught:
        open_database(settings_for(url, folder), needs_schema=needs_schema)
    return str(caught.value)


def test_a_database_at_the_newest_schema_is_opened(settings: Settings) -> None:
    opened = open_database(settings)

    with opened.transaction(write=False) as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1
    opened.dispose()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    message = refusal(f"sqlite:///{tmp_path}/none.db", tmp_path, needs_schema=True)

    assert message == f"There is no database yet at {tmp_path}/none.db; run `evalhub db upgrade`."
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_tables_is_outdated(tmp_path: Path) -> None:
    (tmp_path / "old.db").touch()

    message = refusal(f"sqlite:///{tmp_path}/old.db", tmp_path, needs_schema=True)

    assert "not up to date; run `evalhub db upgrade`" in message


def test_what_is_made_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    database = open_database(
        settings_for(f"sqlite:///{tmp_path}/new.db", tmp_path), needs_schema=False
    )
    upgrade(database)

    with database.engine.connect():
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    database.dispose()

    assert {"new.db", "new.db-wal", "new.db-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("This is a text and no database at all. " * 50)
    url = f"sqlite:///{tmp_path}/notes.txt"

    message = refusal(url, tmp_path, needs_schema=True)

    assert message == f"EVALHUB_DATABASE_URL {url} cannot be used: file is not a database."


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/no/such/evalhub.db"

    message = refusal(url, tmp_path)

    assert message == f"EVALHUB_DATABASE_URL {url} cannot be used: No such file or directory."


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    message = refusal("postgresql://me:hunter2@127.0.0.1:1/evalhub", tmp_path)

    assert message.startswith(
        "EVALHUB_DATABASE_URL postgresql+psycopg://me:***@127.0.0.1:1/evalhub"
    )
    assert "Connection refused" in message
    assert "hunter2" not in message
    assert len(message.splitlines()) == 1


def test_an_address_is_shown_without_its_password() -> None:
    database = Database("postgresql://me:hunter2@db.internal/evalhub")

    assert "hunter2" not in shown_url(database)
    database.dispose()
