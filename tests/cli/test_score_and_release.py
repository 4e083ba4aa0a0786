import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.config import Settings
from evalhub.core.releasing.vocabulary import FLAVOURS
from evalhub.db.engine import Database
from tests.factories import make_person
from tests.release_project import A, Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_two_model_pair


def run(settings: Settings, *arguments: str) -> Result:
    environment = {
        "EVALHUB_INSTANCE_DIR": str(settings.instance_dir),
        "EVALHUB_DATABASE_URL": settings.database_url,
        "EVALHUB_SECRET_KEY": settings.secret_key,
    }
    return CliRunner(env=environment).invoke(main, arguments)


@pytest.fixture
def tiny(database: Database) -> None:
    with database.transaction() as session:
        make_tiny_project(session)


def test_score_prints_method_n_and_interval(tiny: None, settings: Settings) -> None:
    result = run(settings, "score", "tiny")

    assert result.exit_code == 0
    assert "Bradley-Terry, ties as half wins" in result.output
    assert "judgments by 3 annotators" in result.output
    assert "Left out: 1 cannot-judge, 1 by models, 0 within one endpoint." in result.output
    assert "Left side won" in result.output
    assert "alder-1" in result.output
    assert "SIMULATED" not in result.output


def test_score_prints_json_unrounded(tiny: None, settings: Settings) -> None:
    result = run(settings, "score", "tiny", "--json")

    found = json.loads(result.output)
    assert found["schema"] == "evalhub.boards/1"
    assert found["project"] == "tiny"


def test_score_says_simulated(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_simulated=True)

    assert (
        "SIMULATED: 20 of 20 judgments made by a program.\n"
        in run(settings, "score", "tiny").output
    )


def test_score_of_nothing_says_so(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        slug = make_two_model_pair(session)[0].slug

    result = run(settings, "score", slug)

    assert "Warning: There are no judgments yet." in result.output
    assert "Left side" not in result.output


def test_score_flags_an_undefeated_model(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        project, pair = make_two_model_pair(session)
        add_verdict(session, pair, make_person(session), Verdict(0, A))
        slug = project.slug

    result = run(settings, "score", slug)

    assert "unbounded above" in result.output
    assert "none" in result.output


def test_score_of_an_unknown_project_exits_with_its_name(tiny: None, settings: Settings) -> None:
    result = run(settings, "score", "nothing")

    assert result.exit_code == 1
    assert "no project 'nothing'" in result.output


def test_release_is_built_listed_and_verified(tiny: None, settings: Settings) -> None:
    built = run(settings, "release", "build", "tiny", "--version", "1.2.0")
    listed = run(settings, "release", "list")
    verified = run(settings, "release", "verify", "tiny@1.2.0")

    assert "tiny@1.2.0 is built: " in built.output
    assert "6  pairs: preference" in built.output
    assert "tiny@1.2.0  6 pairs  19 judgments  form, imported\n" in listed.output
    assert verified.exit_code == 0
    assert "tiny@1.2.0 is sound: 94 files, 110 rows checked." in verified.output


def test_a_release_answers_sql_as_a_table_or_as_json(tiny: None, settings: Settings) -> None:
    run(settings, "release", "build", "tiny", "--flavour=none")
    asked = "SELECT split, count(*) AS n FROM prompts WHERE language = 'de' GROUP BY split"

    printed = run(settings, "release", "query", "tiny@1.0.0", asked)
    as_json = run(settings, "release", "query", "tiny@1.0.0", asked, "--json")
    wrong = run(settings, "release", "query", "tiny@1.0.0", "SELECT nope FROM pairs")

    split = json.loads(as_json.output)["split"]
    assert json.loads(as_json.output)["n"] == 1
    assert printed.output.splitlines() == [f"split{' ' * (len(split) - 5)}  n", f"{split}  1"]
    assert (wrong.exit_code, "LINE 1: SELECT nope FROM pairs" in wrong.output) == (1, True)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--scheduler", "tcp://10.0.0.5:8786"), 1, "must use tls"),
        (("--queue", "--scheduler", "tcp://127.0.0.1:8786"), 2, "is for a build here"),
    ],
    ids=["open to others", "of a worker's"],
)
def test_a_scheduler_is_one_for_a_build_here_that_nobody_else_reaches(
    tiny: None, settings: Settings, options: tuple[str, ...], status: int, message: str
) -> None:
    result = run(settings, "release", "build", "tiny", *options)

    assert (result.exit_code, list(settings.releases_dir.glob("tiny"))) == (status, [])
    assert message in result.output


def test_building_again_says_that_nothing_changed(tiny: None, settings: Settings) -> None:
    run(settings, "release", "build", "tiny")

    result = run(settings, "release", "build", "tiny")

    assert "tiny@1.0.0 exists already, with the same bytes" in result.output


@pytest.mark.parametrize(
    ("asked", "written"),
    [(("nemo_rl", "kto"), {"kto", "nemo_rl"}), (("none",), set())],
    ids=["two", "none"],
)
def test_release_holds_the_flavours_that_were_asked_for(
    tiny: None, settings: Settings, asked: tuple[str, ...], written: set[str]
) -> None:
    run(settings, "release", "build", "tiny")

    built = run(settings, "release", "build", "tiny", *(f"--flavour={one}" for one in asked))

    folder = settings.releases_dir / "tiny" / "1.1.0"
    assert "tiny@1.1.0 is built: " in built.output
    assert {path.name for path in folder.iterdir()} & set(FLAVOURS) == written
    assert (folder / "trl").is_dir()
    assert run(settings, "release", "verify", "tiny@1.1.0").exit_code == 0


def test_release_without_a_pair_says_so(tiny: None, settings: Settings) -> None:
    result = run(settings, "release", "build", "tiny", "--min-judgments=50")

    assert result.exit_code == 0
    assert "It holds 0 pairs to train on" in result.output


def test_damaged_folder_is_compared_to_the_place_of_the_damage(
    tiny: None, settings: Settings
) -> None:
    run(settings, "release", "build", "tiny")
    path = settings.releases_dir / "tiny" / "1.0.0" / "pairs" / "train.jsonl"
    path.chmod(0o600)
    path.write_text("{", "utf-8")

    result = run(settings, "release", "diff", "tiny@1.0.0", "tiny@1.0.0")

    assert result.exit_code == 1
    assert "pairs/train.jsonl line 1: cannot be read: " in result.output


def test_no_flavour_beside_another_is_refused(tiny: None, settings: Settings) -> None:
    result = run(settings, "release", "build", "tiny", "--flavour=none", "--flavour=kto")

    assert result.exit_code == 2
    assert "--flavour none stands beside other flavours" in result.output


def test_a_build_is_left_to_a_worker_and_listed(tiny: None, settings: Settings) -> None:
    none = run(settings, "release", "builds")

    asked = run(settings, "release", "build", "tiny", "--version", "1.2.0", "--queue")
    listed = run(settings, "release", "builds")
    refused = run(settings, "release", "build", "tiny", "--queue")

    assert "No builds; ask for one" in none.output
    assert "of tiny waits for a worker" in asked.output
    assert asked.output.split()[1] in listed.output
    assert "queued" in listed.output
    assert (refused.exit_code, "is being built already" in refused.output) == (1, True)


def test_no_release_is_said(tiny: None, settings: Settings) -> None:
    assert "No releases; build one" in run(settings, "release", "list").output


def test_simulated_release_says_so(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_simulated=True)

    built = run(settings, "release", "build", "tiny")

    assert "SIMULATED" in built.output
    assert "simulated" in run(settings, "release", "list").output


def test_damaged_release_exits_with_the_reasons(
    tiny: None, settings: Settings, tmp_path: Path
) -> None:
    run(settings, "release", "build", "tiny")
    folder = settings.releases_dir / "tiny" / "1.0.0"
    (folder / "README.md").write_text("changed")

    result = run(settings, "release", "verify", str(folder))

    assert result.exit_code == 1
    assert "README.md: does not have the hash in SHA256SUMS" in result.output
    assert "tiny@1.0.0 is not as it should be" in result.output


@pytest.mark.parametrize(
    ("name", "message"), [("no/folder", "no folder"), ("tiny@9.0.0", "no release")]
)
def test_release_that_is_not_there_is_named(
    tiny: None, settings: Settings, name: str, message: str
) -> None:
    result = run(settings, "release", "verify", name)

    assert result.exit_code == 1
    assert message in result.output


def test_release_of_a_malformed_version_is_refused(tiny: None, settings: Settings) -> None:
    result = run(settings, "release", "build", "tiny", "--version", "latest")

    assert result.exit_code == 1
    assert "three numbers" in result.output


def test_a_judges_file_is_imported_under_its_name(
    tiny: None, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "gpt.csv"
    file.write_text("prompt_id,model_left,model_right,choice\np0,alder,birch,left\n", "utf-8")
    options = ("--source", "pilot", "--kind", "model")

    result = run(
        settings, "judgments", "import", "tiny", str(file), *options, "--annotator", "gpt-4"
    )

    assert result.output == "Imported 1 judgment by 1 annotator on 1 pair (0 new).\n"
    assert "2 by models" in run(settings, "score", "tiny").output


def test_an_import_says_what_no_complete_answer_was_judged(
    tiny: None, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "pilot.csv"
    file.write_text(
        "annotator_id,prompt_id,model_left,model_right,choice\nmia,p2,alder,cedar,left\n", "utf-8"
    )

    result = run(settings, "judgments", "import", "tiny", str(file), "--source", "pilot")

    assert "Imported 1 judgment by 1 annotator on 1 pair (0 new)." in result.output
    assert "1 judgment on a response that is no complete answer." in result.output


def test_statement_is_printed_filled_in_and_given_back(
    tiny: None, settings: Settings, tmp_path: Path
) -> None:
    empty = run(settings, "release", "statement", "tiny").output
    file = tmp_path / "statement.yaml"
    file.write_text(empty.replace("measures: ''", "measures: What doctors prefer."), "utf-8")

    written = run(settings, "release", "statement", "tiny", "--from", str(file))

    assert empty.startswith("schema: evalhub.statement/1\n")
    assert "Version 1 of the statement is in force." in written.output
    assert "What doctors prefer." in run(settings, "release", "statement", "tiny").output


def test_statement_that_is_none_is_refused_with_its_place(
    tiny: None, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "statement.yaml"
    file.write_text("schema: evalhub.statement/1\nmesures: x\n", "utf-8")

    result = run(settings, "release", "statement", "tiny", "--from", str(file))

    assert result.exit_code == 1
    assert "statement.yaml line 2, field 'mesures': unknown key" in result.output
    assert "mesures" not in run(settings, "release", "statement", "tiny").output


def test_a_release_is_withdrawn_and_compared_by_command(tiny: None, settings: Settings) -> None:
    run(settings, "release", "build", "tiny", "--flavour", "none")
    built = run(settings, "release", "build", "tiny", "--flavour", "none", "--ties", "against")

    diff = run(settings, "release", "diff", "tiny@1.0.0", "tiny@1.1.0")
    as_json = run(settings, "release", "diff", "tiny@1.0.0", "tiny@1.1.0", "--json")
    same = run(settings, "release", "diff", "tiny@1.0.0", "tiny@1.0.0")
    withdrawn = run(settings, "release", "withdraw", "tiny@1.0.0", "--reason", "Not ours to give.")

    assert built.exit_code == 0
    assert "the pair is now: tie" in diff.output
    assert {row["kind"] for row in json.loads(as_json.output)} >= {"added", "removed"}
    assert same.output == "Both hold the same rows.\n"
    assert withdrawn.output == "Release tiny@1.0.0 is withdrawn.\n"
    assert "withdrawn" in run(settings, "release", "list").output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--accept", "no_consent=short"), "only with a reason"),
        (("--accept", "nothing=because of that"), "--accept 'nothing=because of that'"),
        (("--min-agreement", "2"), "min_agreement"),
        (("--licence", "mine"), "licence 'mine'"),
    ],
)
def test_a_bad_recipe_is_refused_by_name(
    tiny: None, settings: Settings, options: tuple[str, ...], words: str
) -> None:
    result = run(settings, "release", "build", "tiny", *options)

    assert result.exit_code != 0
    assert words in result.output


def test_the_choices_of_a_recipe_are_shipped(tiny: None, settings: Settings) -> None:
    result = run(
        settings,
        *("release", "build", "tiny", "--flavour", "none", "--exclude", "personal_data"),
        *("--accept", "no_consent=Signed on paper in May.", "--leave-out", "imported_judgment"),
        *("--aggregation", "majority", "--licence", "CC-BY-4.0"),
    )

    folder = settings.releases_dir / "tiny" / "1.0.0"
    recipe = json.loads((folder / "recipe.json").read_text("utf-8"))
    assert result.exit_code == 0
    assert recipe["aggregation"] == "majority"
    assert [gate["action"] for gate in recipe["gates"]] == ["accept", "block", "exclude"]
    assert "imported_judgment" in recipe["filters"]
    assert "license: cc-by-4.0" in (folder / "README.md").read_text("utf-8")


def test_what_nobody_settled_is_refused_with_the_options_to_go_on(
    database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_consented=False)

    refused = run(settings, "release", "build", "tiny")
    built = run(settings, "release", "build", "tiny", "--exclude", "no_consent")

    assert refused.exit_code == 1
    assert "--exclude no_consent, or --accept no_consent='REASON'" in refused.output
    assert "no_consent='REASON'" not in built.output


def test_a_folder_that_holds_no_release_is_told_so(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    result = run(settings, "release", "verify", str(tmp_path))

    assert result.exit_code == 1
    assert "SHA256SUMS: is not there, and every release has one" in result.output
