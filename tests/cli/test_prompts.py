"""Checking, importing and listing prompt sets from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from evalhub.cli import main
from evalhub.core.canonical import Json
from evalhub.core.queued_work import WorkStatus
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, PromptImport
from tests.core.prompts.rows import row
from tests.core.prompts.test_cards import CARD
from tests.prompt_imports import ask, row_id, run_newest
from tests.services.prompt_sets.test_staging import hundred_rows_with_three_bad


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

    def __call__(self, *arguments: str, answer: str = "") -> Result:
        """Run ``evalhub prompts`` with ``arguments``."""
        return self._runner.invoke(main, ["prompts", *arguments], input=answer)

    def file(self, *rows: Json, name: str = "f.jsonl") -> str:
        """Write rows and return the path."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(item) + "\n" for item in rows), encoding="utf-8")
        return str(path)


def n_prompts(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Prompt)).all())


def test_an_import_shows_the_report_and_asks(run: Run, database: Database) -> None:
    path = run.file(*hundred_rows_with_three_bad())

    refused = run("import", path, "--slug", "fevers", answer="n\n")

    assert refused.exit_code == 1
    assert "f.jsonl: 97 good rows, 3 bad" in refused.output
    assert "line 41: must be an object, not a number" in refused.output
    assert "Freeze 97 prompts as 'fevers'?" in refused.output
    assert n_prompts(database) == 0

    confirmed = run("import", path, "--slug", "fevers", answer="y\n")
    assert confirmed.exit_code == 0
    assert "Frozen 97 prompts as fevers@1" in confirmed.output
    assert n_prompts(database) == 97


def test_importing_the_same_rows_again_says_so(run: Run) -> None:
    path = run.file(row())
    run("import", path, "--slug", "fevers", "--yes")

    again = run("import", path, "--slug", "fevers", "--yes")

    assert "Nothing new: fevers@1 holds the same rows" in again.output


def test_a_folder_is_imported_under_its_card(run: Run) -> None:
    run.file(row(id="a"), row(id="b", prompt="Two?"), name="rivers/prompts.jsonl")
    (run.folder / "rivers/set.yaml").write_text(CARD, encoding="utf-8")

    result = run("import", str(run.folder / "rivers"), "--yes")

    assert "Frozen 2 prompts as rivers@1" in result.output
    assert "rivers@1  2 prompts" in run("list").output
    assert "Questions about rivers" in run("list").output


def test_a_foreign_file_is_read_with_options(run: Run) -> None:
    path = run.file({"text": "A?", "slug": "a"})

    result = run(
        *("import", path, "--slug", "foreign", "--title", "Foreign", "--yes"),
        *("--rename", "text=prompt", "--keep-unknown", "--domain", "law", "--language", "en"),
        *("--license", "MIT", "--source-kind", "public"),
    )

    assert "Frozen 1 prompt as foreign@1" in result.output


def test_the_report_tells_duplicates_licences_lengths_and_notes(run: Run) -> None:
    rows: list[Json] = [
        row(id=f"same{i}{j}", prompt=f"Number {i}?") for i in range(11) for j in "ab"
    ]
    rows += [
        row(id="a", prompt="word " * 5000, license="unknown"),
        row(id="b", prompt="number 1"),
        {"context": "Why?", **row(id="c", prompt=None)},
    ]

    output = run("import", run.file(*rows), "--slug", "a", answer="n\n").output

    for told in (
        "exact duplicates: 11 prompts repeat another",
        "and 1 more group",
        "near duplicates: 1 prompt repeats another",
        "licence unknown: 1 prompt,",
        "too long for some endpoints: 1 (line 23)",
        "note: HelpSteer3 rows",
    ):
        assert told in output


def test_many_bad_rows_are_cut_and_counted(run: Run) -> None:
    output = run("import", run.file(*range(501), row()), "--slug", "a", answer="n\n").output

    assert "and 1 more bad row" in output
    assert "501 lines, first at line 1: must be an object, not a number" in output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.jsonl", "--slug", "a"], "cannot be read"),
        (["--rename", "a=b"], "must be THEIRS=OURS"),
        ([], "--slug: is needed"),
        (["--slug", "Not A Slug", "--yes"], "lower-case letters"),
    ],
    ids=["no file", "rename", "no slug", "bad slug"],
)
def test_an_import_that_cannot_be_is_refused(run: Run, arguments: list[str], told: str) -> None:
    path = [] if "none.jsonl" in arguments else [run.file(row())]

    result = run("import", *path, *arguments)

    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_file_without_a_good_row_imports_nothing(run: Run, database: Database) -> None:
    result = run("import", run.file(1), "--slug", "a", "--yes")

    assert result.exit_code == 1
    assert "line 1: must be an object" in result.output
    assert "holds no good row; nothing was imported" in result.output


def test_shipped_sets_pass_the_check(run: Run) -> None:
    result = run("check", "shipped")

    assert result.exit_code == 0
    assert "medicine: 20 good rows, 0 bad" in result.output


def test_a_check_names_file_line_and_reason(run: Run) -> None:
    result = run("check", run.file(row(), row(id="b", language="x")), str(run.folder / "none"))

    assert result.exit_code == 1
    assert "f.jsonl:2: field 'language': must be a BCP 47 tag" in result.output
    assert "none: cannot be read" in result.output


def test_an_empty_list_says_how_to_begin(run: Run) -> None:
    assert "No prompt sets" in run("list").output


def test_a_queued_file_is_frozen_by_a_worker(run: Run, database: Database) -> None:
    path = run.file(row(), row(id="b", prompt="And chills?"))

    queued = run("import", path, "--slug", "fevers", "--title", "F", "--queue", "--yes")
    waiting = run("imports")
    run_newest(database)

    assert "of f.jsonl waits for a worker." in queued.output
    assert "queued  f.jsonl  fevers" in waiting.output
    assert "done  f.jsonl  fevers@1" in run("imports").output


def test_without_yes_a_queued_file_ends_in_a_report(run: Run, database: Database) -> None:
    run("import", run.file(row()), "--slug", "fevers", "--title", "F", "--queue")
    run_newest(database)

    assert "done  f.jsonl  report /uploads/" in run("imports").output
    assert n_prompts(database) == 0


def test_an_import_is_cancelled_by_its_id(run: Run, database: Database) -> None:
    import_id = ask(database).public_id

    cancelled = run("cancel", import_id)

    assert cancelled.output == f"Import {import_id} is cancelled.\n"
    assert run("cancel", import_id).exit_code == 1
    assert "send it again" in run("retry", import_id).output


def test_the_file_of_an_import_that_failed_is_deleted_by_its_id(
    run: Run, database: Database
) -> None:
    asked = ask(database)
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.FAILED

    cancelled = run("cancel", asked.public_id)

    assert cancelled.output == f"Import {asked.public_id} has no file any more.\n"
    assert "send it again" in run("retry", asked.public_id).output


def test_an_import_that_nobody_works_on_is_queued_again(run: Run, database: Database) -> None:
    asked = ask(database, b"\n")
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.RUNNING

    again = run("retry", asked.public_id)
    run_newest(database)

    assert again.output == f"Import {asked.public_id} waits for a worker.\n"
    assert f"{asked.public_id}: f.jsonl: holds no rows" in run("imports").output


@pytest.mark.parametrize("name", ["", "nothing.jsonl"], ids=["folder", "no file"])
def test_only_a_file_can_be_queued(run: Run, name: str) -> None:
    path = str(run.folder / name) if name else str(run.folder)

    refused = run("import", path, "--slug", "fevers", "--title", "F", "--queue")

    assert refused.exit_code == 1
    assert ("takes a file" if not name else "cannot be read") in refused.output


def test_without_imports_it_says_how_to_ask_for_one(run: Run, database: Database) -> None:
    assert n_prompts(database) == 0
    assert "No imports; ask for one" in run("imports").output
