"""Commands that publish assessments and open fields for applications."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from tests.core.qualifying.test_assessments import document
from tests.services.judging.conftest import small_rubric

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> CliRunner:
    """Give a shell whose database has the rubric, beside a file with an assessment."""
    with database.transaction() as session:
        small_rubric(session)
    (tmp_path / "a.json").write_text(json.dumps(document()), encoding="utf-8")
    return CliRunner(
        env={"EVALHUB_DATABASE_URL": database.url, "EVALHUB_INSTANCE_DIR": str(tmp_path)}
    )


def run(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(main, ["assessments", *arguments])


def test_a_file_is_published_and_a_field_opened(runner: CliRunner, tmp_path: Path) -> None:
    published = run(runner, "publish", str(tmp_path / "a.json"))
    again = run(runner, "publish", str(tmp_path / "a.json"))
    opened = run(runner, "open", "medicine", "--text", "Come in.")
    run(runner, "open", "law")
    closed = run(runner, "close", "law")

    assert published.output == "Version 1 of medicine is in force, with 3 items.\n"
    assert again.output.startswith("Version 2 of medicine")
    assert opened.output == "medicine takes applications.\n"
    assert closed.output == "law takes no applications.\n"
    assert [line.split() for line in run(runner, "list").output.splitlines()] == [
        ["law", "closed", "no", "assessment"],
        ["medicine", "open", "Starter"],
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        (json.dumps(document(minutes=0)), "a.json, minutes: must be a whole number"),
        (json.dumps(document(rubric="none@1.0.0")), "no rubric version 'none@1.0.0'"),
    ],
)
def test_a_broken_file_is_refused_with_its_places(
    runner: CliRunner, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")

    result = run(runner, "publish", str(tmp_path / "a.json"))

    assert result.exit_code == 1
    assert says in result.output
    assert run(runner, "list").output == ""


def test_a_name_that_is_none_opens_nothing(runner: CliRunner) -> None:
    result = run(runner, "open", "Medicine")

    assert result.exit_code == 1
    assert "domain" in result.output
