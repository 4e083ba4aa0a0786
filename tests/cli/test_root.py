"""The command itself: what it lists, and how errors end."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.exc import IntegrityError as AlreadyThere
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from evalhub.cli import main
from evalhub.cli.context import EvalHubGroup
from evalhub.db.engine import Database
from evalhub.db.migrate import current_revision, head_revision
from evalhub.errors import Conflict

DOCS = Path(__file__).parents[2] / "docs" / "commands.md"


def run(folder: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(folder)})
    return runner.invoke(main, arguments)


def commands(group: click.Group, *path: str) -> list[str]:
    """Return every command below ``group`` as it is typed."""
    found = []
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        words = (*path, name)
        if isinstance(command, click.Group):
            found += commands(command, *words)
        else:
            found.append(" ".join(("evalhub", *words)))
    return found


def test_an_unknown_command_is_refused_with_its_name(tmp_path: Path) -> None:
    result = run(tmp_path, "dance")

    assert result.exit_code == 2
    assert "dance" in result.output


def test_db_upgrade_makes_the_database(tmp_path: Path) -> None:
    result = run(tmp_path, "db", "upgrade")

    database = Database(f"sqlite:///{tmp_path}/evalhub.db")
    assert result.exit_code == 0
    assert current_revision(database) == head_revision()
    database.dispose()


def test_a_command_without_a_schema_says_what_to_run(tmp_path: Path) -> None:
    result = run(tmp_path, "people", "list")

    assert result.exit_code == 1
    assert "evalhub db upgrade" in result.output
    assert "Traceback" not in result.output


def test_a_bad_setting_ends_a_command_with_its_message(tmp_path: Path) -> None:
    runner = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(tmp_path), "EVALHUB_COLOUR": "blue"})

    result = runner.invoke(main, ["db", "upgrade"])

    assert result.exit_code == 1
    assert "EVALHUB_COLOUR" in result.output


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Conflict("It is closed."), "It is closed."),
        (OperationalError("SELECT", None, Exception("gone away")), "does not answer: gone away"),
        (NoConnectionFree("16 in use"), "no connection free"),
        (AlreadyThere("INSERT", None, Exception("unique")), "at the same moment"),
        (PermissionError(13, "Permission denied", "/a/file"), "/a/file: Permission denied."),
    ],
    ids=["ours", "away", "busy", "overtaken", "file"],
)
def test_what_can_be_mended_ends_in_a_message_and_not_in_a_trace(
    error: Exception, message: str
) -> None:
    group = EvalHubGroup("evalhub")

    @group.command("try")
    def fail() -> None:
        raise error

    result = CliRunner().invoke(group, ["try"])

    assert result.exit_code == 1
    assert message in result.output
    assert result.output.startswith("Error: ")


def test_a_defect_of_ours_shows_its_trace() -> None:
    group = EvalHubGroup("evalhub")

    @group.command("try")
    def fail() -> None:
        raise ZeroDivisionError

    result = CliRunner().invoke(group, ["try"])

    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("people", "list"), id="reading"),
        pytest.param(("invite", "a@example.org", "--name", "A", "--role", "admin"), id="writing"),
        pytest.param(("release", "build", "first"), id="needing the secret"),
        pytest.param(("serve", "--port", "0"), id="serving"),
        pytest.param(("worker", "--drain"), id="working"),
        pytest.param(("rubrics", "check", "shipped"), id="needing no instance"),
    ],
)
def test_a_command_leaves_nothing_where_no_instance_is(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run(tmp_path / "none", *arguments)

    assert list(tmp_path.iterdir()) == []


def test_a_command_that_needs_the_secret_makes_it_once_the_database_is_there(
    tmp_path: Path,
) -> None:
    run(tmp_path, "db", "upgrade")
    (tmp_path / "secret_key").unlink()

    run(tmp_path, "people", "list")

    assert (tmp_path / "secret_key").stat().st_size > 32


def test_a_file_that_cannot_be_used_ends_a_command_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").mkdir()
    run(tmp_path, "db", "upgrade")

    result = run(tmp_path, "worker", "--drain")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1


def test_a_database_that_goes_away_ends_a_command_in_one_line(tmp_path: Path) -> None:
    run(tmp_path, "db", "upgrade")
    database = Database(f"sqlite:///{tmp_path}/evalhub.db")
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE project")
    database.dispose()

    result = run(tmp_path, "projects", "list")

    assert (result.exit_code, result.output) == (
        1,
        "Error: The database does not answer: no such table: project.\n",
    )


@pytest.mark.parametrize("command", commands(main))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", commands(main))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split()[1:], "--help"])

    assert result.exit_code == 0
    assert "Usage:" in result.output
