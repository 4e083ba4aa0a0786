"""Checking, loading and listing rubrics from the command line."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.db.engine import Database
from tests.core.rubrics.small import SMALL, SMALL_DE
from tests.services.rubric_notes.desk import make_note_desk


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

    assert loaded.output.count(" stored (") == 8
    assert "medicine 1.0.0 in de stored (" in loaded.output
    assert run("load", "shipped").output.count("is there already") == 8
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


def test_a_translation_is_held_against_the_rubric_beside_it(run: Run) -> None:
    run.file(SMALL)

    good = run("check", run.file(SMALL_DE, "small.de.yaml"))
    bad = run("check", run.file(SMALL_DE.replace("correct:", "gone:"), "small.de.yaml"))

    assert "small 1.0.0 in de is sound; 45 texts stay in en" in good.output
    assert bad.exit_code == 1
    assert "small.de.yaml line 16, field 'words.criteria.gone': is no place" in bad.output


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("small.yaml", "the file must end in .de.yaml, the language it is in"),
        ("small.fr.yaml", "the file must end in .de.yaml"),
        ("other.de.yaml", "other.yaml: cannot be read"),
    ],
)
def test_a_translation_is_found_by_its_name(run: Run, name: str, rule: str) -> None:
    result = run("check", run.file(SMALL_DE, name))

    assert result.exit_code == 1
    assert rule in result.output


def test_a_rubric_whose_promised_translation_is_missing_is_refused(run: Run) -> None:
    path = run.file(SMALL.replace("locale: en", "locale: en\ntranslations: [de]"))

    alone = run("check", path)
    run.file(SMALL_DE, "small.de.yaml")

    assert "field 'translations': names de, but" in alone.output
    assert run("check", path).exit_code == 0


def test_f15_what_waits_for_a_decision_is_listed(
    run: Run, database: Database, now: datetime
) -> None:
    assert run("notes").output == "Nothing waits for a decision.\n"
    with database.transaction() as session:
        desk = make_note_desk(session, now)
        desk.say(words="Is a half right answer\nwrong or mixed? " + "Tell. " * 30)
        desk.decide(desk.say())

    (line,) = run("notes").output.splitlines()

    assert line.startswith("2026-11-21  small@1.0.0 correct  unclear: Is a half right answer wrong")
    assert line.endswith("…")
