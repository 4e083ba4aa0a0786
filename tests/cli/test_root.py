"""The command itself: what it lists, and how errors end."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from evalhub.db.migrate import current_revision, head_revision

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


@pytest.mark.parametrize("command", commands(main))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", commands(main))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split()[1:], "--help"])

    assert result.exit_code == 0
    assert "Usage:" in result.output
