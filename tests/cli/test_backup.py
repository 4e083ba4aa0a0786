"""Backup and restore by command: what they print, keep and refuse."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from tests.factories import make_project, make_release


def run(folder: Path, *arguments: str, **settings: str) -> Result:
    env = {"EVALHUB_INSTANCE_DIR": str(folder), **settings}
    return CliRunner(env=env).invoke(main, arguments)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Give an instance in which somebody was invited."""
    folder = tmp_path / "office"
    for words in ("db upgrade", "invite ada@example.org --name Ada --role admin"):
        assert run(folder, *words.split()).exit_code == 0
    (folder / "config.py").write_text("SESSION_DAYS = 7\n", encoding="utf-8")
    return folder


def test_a_backup_is_restored_into_a_new_instance(office: Path, tmp_path: Path) -> None:
    backup, home = tmp_path / "backup", tmp_path / "home"

    taken = run(office, "backup", str(backup))
    checked = run(home, "restore", str(backup), "--check")
    restored = run(home, "restore", str(backup))

    assert (taken.exit_code, checked.exit_code, restored.exit_code) == (0, 0, 0)
    assert f"{backup} holds " in taken.stdout
    assert f"{backup} is whole: " in checked.stdout
    assert "config.py was left in" in restored.stdout
    assert run(home, "audit", "head").stdout == run(office, "audit", "head").stdout
    assert (home / "secret_key").read_bytes() == (office / "secret_key").read_bytes()
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_second_restore_is_refused_in_one_line(office: Path, tmp_path: Path) -> None:
    run(office, "backup", str(tmp_path / "backup"))

    result = run(office, "restore", str(tmp_path / "backup"))

    assert result.exit_code == 1
    assert result.output.startswith("Error: Table '")


def test_a_release_that_is_lost_is_told(office: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{office}/evalhub.db")
    with database.transaction() as session:
        make_release(session, make_project(session), folder="gone/1.0.0")
    database.dispose()

    result = run(office, "backup", str(tmp_path / "backup"))

    assert result.exit_code == 0
    assert "Release gone/1.0.0 is not on the disk and so not in the backup." in result.stderr


def test_a_release_in_object_storage_is_told_by_both_commands(office: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{office}/evalhub.db")
    with database.transaction() as session:
        make_release(session, make_project(session), folder="far/1.0.0")
    database.dispose()
    url, home = f"file://{tmp_path}/bucket", tmp_path / "home"
    (tmp_path / "bucket" / "far" / "1.0.0").mkdir(parents=True)
    (tmp_path / "bucket" / "far" / "1.0.0" / "manifest.json").write_text("{}")

    taken = run(office, "backup", str(tmp_path / "backup"), EVALHUB_RELEASES_URL=url)
    restored = run(home, "restore", str(tmp_path / "backup"))

    assert "Release far/1.0.0 lies in object storage; the backup names it." in taken.stderr
    where = home / "releases" / "far" / "1.0.0"
    assert f"Fetch release far/1.0.0 from its object storage into {where}" in restored.stderr


@pytest.mark.parametrize("has_file", [False, True], ids=["no file", "no tables"])
def test_nothing_is_backed_up_where_no_instance_is(tmp_path: Path, has_file: bool) -> None:
    folder = tmp_path / "none"
    if has_file:
        folder.mkdir()
        (folder / "evalhub.db").touch()

    result = run(folder, "backup", str(tmp_path / "backup"))

    assert result.exit_code == 1
    assert "evalhub db upgrade" in result.output
    assert folder.exists() is has_file
    assert not (tmp_path / "backup").exists()
