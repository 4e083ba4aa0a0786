"""Checking, loading and listing rubrics from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from tests.core.rubrics.small import SMALL


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> "Run":
    return Run(database_url, tmp_path)


class Run:
    """Run commands over the test's database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self._runner = CliRunner(
            env={"EVALHUB_INSTANCE_DIR": str(folder / "instance"), "EVALHUB_DATABASE_URL": url}
        )

    def __call__(self, *arguments: str) -> Result:
        """Run ``evalhub rubrics`` with ``arguments``."""
        return self._runner.invoke(main, ["rubrics", *arguments])

    def file(self, text: str, name: str = "small.yaml") -> str:
        """Write a rubric and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


def test_the_shipped_rubrics_are_checked_loaded_and_listed(run: Run) -> None:
    assert run("check", "shipped").exit_code == 0

    loaded = run("load", "shipped")

    assert loaded.output.count(" stored (") == 6
    assert run("load", "shipped").output.count("is there already") == 6
    assert "medicine  1.0.0  draft" in run("list").output


def test_a_check_names_file_line_and_reason(run: Run) -> None:
    path = run.file(SMALL.replace("blind: true", "blind: Yes"))

    result = run("check", run.file(SMALL, "good.yaml"), path, str(run.folder / "none.yaml"))

    assert result.exit_code == 1
    assert "good.yaml: small 1.0.0 is sound" in result.output
    assert "small.yaml line 22" in result.output
    assert "none.yaml: cannot be read" in result.output


def test_rubrics_are_loaded_all_or_none(run: Run) -> None:
    broken = run.file(SMALL.replace("id: small", "id: Small"), "broken.yaml")

    result = run("load", run.file(SMALL), broken)

    assert result.exit_code == 1
    assert "No rubrics" in run("list").output
