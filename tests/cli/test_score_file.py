"""Score files with the command, without any database or settings."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from evalhub.core.scoring import boards_to_json, fit
from tests.core.scoring.tables import simulated

TABLE = simulated({"a": 0.5, "b": 0.0, "c": -0.5}, n_prompts=20, n_per_prompt=10)


def run(*arguments: str, stdin: str | None = None) -> Result:
    # A database that cannot be opened: the command must not try.
    return CliRunner(env={"EVALHUB_DATABASE_URL": "nonsense"}).invoke(main, arguments, input=stdin)


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    TABLE.assign(annotator_id="e", preference=0).drop(columns="preference").to_csv(
        path, index=False
    )
    return path


def test_json_is_that_of_the_python_api(votes: Path) -> None:
    result = run("score", "--from", str(votes), "--json")

    assert result.exit_code == 0
    assert json.loads(result.output) == json.loads(json.dumps(boards_to_json(fit(TABLE))))


def test_options_reach_the_fit(votes: Path) -> None:
    options = ["--ties", "davidson", "--cluster", "none", "--position", "adjust", "--level", "0.9"]

    found = json.loads(run("score", "--from", str(votes), "--json", *options).output)

    expected = fit(TABLE, ties="davidson", cluster="none", position="adjust", level=0.9)
    assert found["method"] == expected.method
    assert found["tie_parameter"] is not None
    assert found["options"] == {
        "ties": "davidson",
        "cluster": "none",
        "position": "adjust",
        "style": False,
    }


def test_standard_input_is_csv(votes: Path) -> None:
    text = votes.read_text(encoding="utf-8")

    piped, from_file = (
        run("score", "--from", source, "--json", stdin=text).output for source in ("-", str(votes))
    )

    assert piped == from_file


def test_text_names_method_side_and_numbers(votes: Path) -> None:
    result = run("score", "--from", str(votes), "--ties", "rao-kupper")

    assert "200 judgments on 20 prompts; 3 models" in result.output
    assert "Bradley-Terry, ties by Rao-Kupper; prompt-clustered sandwich" in result.output
    assert "psi = " in result.output
    assert "left side: " in result.output
    assert "Left side won" in result.output


def test_one_of_a_thing_is_not_written_as_many() -> None:
    one = "prompt_id,left,right,winner\np,a,b,left\n"

    text = run("score", "--from", "-", stdin=one).output

    assert text.startswith("1 judgment on 1 prompt; 2 models, 0 ties.\n")
    assert "n = 1 judgment, G = 1 prompt\n" in text
    assert "of 1 decisive judgment. " in text


def test_more_than_one_is(votes: Path) -> None:
    text = run("score", "--from", str(votes), "--cluster", "annotator").output

    assert "n = 200 judgments, G = 1 annotator\n" in text
    assert "decisive judgments. " in text


@pytest.mark.parametrize("option", ["--ties", "--cluster", "--position"])
def test_a_word_that_no_option_has_is_refused_with_those_it_has(option: str) -> None:
    result = run("score", "--from", "-", option, "HALF")

    assert result.exit_code == 2
    assert f"Invalid value for '{option}': 'HALF' is not one of '" in result.output


def test_help_shows_the_headline_as_the_default() -> None:
    text = " ".join(run("score", "--help").output.split())

    for word in ("half", "prompt", "report", "0.95"):
        assert f"[default: {word}" in text


def test_graded_preferences_and_style_are_printed(tmp_path: Path) -> None:
    grade = TABLE["winner"].map({"left": -1, "tie": 0, "right": 2})
    long = ["# long " * (i % 7 + 1) for i in range(len(TABLE))]
    path = tmp_path / "votes.parquet"
    TABLE.assign(preference=grade, response_left=long, response_right="short").to_parquet(path)

    result = run("score", "--from", str(path), "--ties", "rao-kupper", "--style")

    assert "thresholds of grades: " in result.output
    assert "style held equal: " in result.output
    assert "  length: " in result.output
    assert "  tables: No two answers that were compared differ in it." in result.output


def test_boards_that_nothing_links_say_what_to_compare(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("left,right,winner\na,b,tie\nc,d,left\n", encoding="utf-8")

    result = run("score", "--from", str(path))

    assert "Compare next: a and c, to join boards." in result.output
    assert "Compare next: c and d, to bound a gap." in result.output
    assert "Warning: There is no column prompt_id: intervals are per judgment" in result.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "left,right,winner\na,b,left\na,b,draw\n",
            "line 3, column 'winner': 'draw' is not one of",
        ),
        ("left,right\na,b\n", "column 'winner': is missing"),
        ("left,right,winner,count\na,b,left,-2\n", "line 2, column 'count': -2 is negative"),
        ("left,right,winner\na,a,left\n", "line 2, column 'right': 'a' is compared with itself"),
    ],
)
def test_bad_input_exits_with_its_place_and_no_traceback(text: str, message: str) -> None:
    result = run("score", "--from", "-", stdin=text)

    assert result.exit_code == 1
    assert result.output.startswith("Error: standard input")
    assert message in result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("score", "--from", str(tmp_path / "none.csv"))

    assert result.exit_code == 1
    assert "none.csv: cannot be read: No such file or directory" in result.output


@pytest.mark.parametrize("arguments", [[], ["tiny", "--from", "x.csv"]])
def test_either_a_project_or_a_file_is_scored(arguments: list[str]) -> None:
    result = run("score", *arguments)

    assert result.exit_code == 2
    assert "Name either a project or, with --from, a file." in result.output
