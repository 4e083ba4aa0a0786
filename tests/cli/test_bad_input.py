"""Whatever a file or an argument holds, a command says what is wrong and changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalhub.cli import main
from tests.core.prompts.rows import row
from tests.core.rubrics.small import SMALL

LYING_FOOTER = b"PAR1" + b"\xff" * 400 + (10**9).to_bytes(4, "little") + b"PAR1"
HEADER = b"prompt_id,model_left,model_right,annotator_id,choice\n"
ANSWERS = [{"model": "m1", "content": "A"}, {"model": "m2", "content": "B"}]
SETUP = (
    "--prompt-set fevers@1 --rubric small@1.0.0 "
    "--endpoint premade-fevers-m1 --endpoint premade-fevers-m2"
)
NOT_UTF8 = "\udcff"
"""What the byte FF of an argument or a file's name becomes in Python."""

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad-input")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Give commands over an instance with a prompt set, a rubric and a project."""
    runner = CliRunner(env={"EVALHUB_INSTANCE_DIR": str(folder / "instance")})

    def invoke(*arguments: str) -> Result:
        return runner.invoke(main, arguments)

    prompts, rubric = folder / "good.jsonl", folder / "good.yaml"
    prompts.write_text(json.dumps(row(responses=ANSWERS)))
    rubric.write_text(SMALL)
    for line in (
        "db upgrade",
        f"prompts import {prompts} --slug fevers --yes",
        f"rubrics load {rubric}",
        f"projects create trial --title T --purpose P {SETUP}",
    ):
        result = invoke(*line.split())
        assert result.exit_code == 0, result.output
    return invoke


@pytest.fixture
def unchanged(run: Run) -> "Callable[[], None]":
    """Give a check that nothing was written since the test began."""
    before = run("audit", "verify").output

    def check() -> None:
        assert run("audit", "verify").output == before

    return check


def assert_refused(result: Result, *words: str) -> None:
    """Check that a command ended with a message and no defect."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in {1, 2}
    for word in words:
        assert word in result.output


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        pytest.param("f.csv", b"id,prompt\n1,\xe9\n", "byte 0xE9 at byte 12 (line 2)", id="latin"),
        pytest.param("f.csv", b"id;prompt,x\n1;2,3\n", "commas and semicolons", id="mixed"),
        pytest.param("f.csv", 'id\n"1'.encode("utf-16"), "UTF-16 byte order mark", id="utf-16"),
        pytest.param("f.csv", b'id,prompt\n1,"a', "opens a quote that is never", id="open quote"),
        pytest.param("f.csv", b"id,id\n1,2\n", "the column 'id' stands twice", id="column twice"),
        pytest.param("f.jsonl", b'{"id": "a\x00"}', "line 1: has a NUL byte", id="NUL"),
        pytest.param("f.jsonl", b'{"id": "\\u0000"}', "line 1: the text", id="escaped NUL"),
        pytest.param("f.jsonl", b'{"id": "\\ud800"}', "lone surrogate U+D800", id="surrogate"),
        pytest.param("f.jsonl", b'{"id": 1, "id": 2}', "the key 'id' stands twice", id="key twice"),
        pytest.param("f.jsonl", b'{"id": NaN}', "NaN is not a JSON number", id="NaN"),
        pytest.param("f.jsonl", b'{"id": 1e999}', "1e999' is too large", id="infinity"),
        pytest.param("f.jsonl", b"[" * 10**6, "is nested deeper than 100 levels", id="deep line"),
        pytest.param("f.json", b'[{"a":' * 10**6, "is nested deeper than 100", id="deep list"),
        pytest.param("f.jsonl", b'"' + b"x" * 2**21, "longer than 1,048,576 bytes", id="long line"),
        pytest.param("f.jsonl", b"\n" * 200_001, "has more than 200,000 lines", id="only lines"),
        pytest.param("f.parquet", LYING_FOOTER, "is not a readable Parquet file", id="footer"),
        pytest.param("f.parquet", b"", "is not a readable Parquet file", id="empty Parquet"),
        pytest.param("f.xlsx", b"PK", "is none of the formats read here", id="other format"),
    ],
)
def test_a_bad_file_of_prompts_imports_nothing(
    run: Run, folder: Path, unchanged: Callable[[], None], name: str, data: bytes, rule: str
) -> None:
    (folder / name).write_bytes(data)

    result = run("prompts", "import", str(folder / name), "--slug", "new", "--yes")

    assert_refused(result, name, rule)
    unchanged()


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        pytest.param("j.csv", HEADER + b"q1,m1,m2,\xff,a\n", "byte 0xFF", id="encoding"),
        pytest.param("j.csv", b"\xff\xfe" + HEADER, "byte order mark", id="mark"),
        pytest.param(
            "j.csv", HEADER + b"q1,m1,m2,x,a\nq1,m1\n", "line 3: has 2 cells", id="ragged"
        ),
        pytest.param("j.csv", HEADER + b"q1,m1,m2,x,first\n", "line 2, column 'choice'", id="word"),
        pytest.param("j.csv", HEADER + b'q1,m1,m2,"a\nb",a\n', "is not printable", id="two lines"),
        pytest.param("j.csv", HEADER + b"q1,m1,m2,x,a\n" * 2, "line 3: annotator 'x'", id="twice"),
        pytest.param("j.jsonl", b'{"choice": NaN}', "line 1: NaN is not", id="NaN"),
        pytest.param("j.jsonl", b'{"choice": "a", "choice": "b"}', "stands twice", id="key twice"),
        pytest.param("j.jsonl", b'{"a":' * 10**5, "line 1: is nested deeper", id="deep"),
        pytest.param("j.jsonl", b'{"a\x00', "line 1: has a NUL byte", id="NUL"),
        pytest.param("j.parquet", LYING_FOOTER, "must end in .csv or .jsonl", id="format"),
    ],
)
def test_a_bad_file_of_judgments_imports_nothing(
    run: Run, folder: Path, unchanged: Callable[[], None], name: str, data: bytes, rule: str
) -> None:
    (folder / name).write_bytes(data)

    result = run("judgments", "import", "trial", str(folder / name), "--source", "pilot")

    assert_refused(result, name, rule)
    unchanged()


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(SMALL.replace("label: Guess", "label: Yes").encode(), "quote it", id="Yes"),
        pytest.param(SMALL.encode() + b"id: again\n", "the key 'id' appears twice", id="key twice"),
        pytest.param(b"\xef\xbb\xbf" + SMALL.encode(), "line 1: starts with a byte", id="mark"),
        pytest.param(b"a: \xff", "line 1: is not UTF-8", id="encoding"),
        pytest.param(b"a: b\nc: \x00", "line 2: holds a NUL", id="NUL"),
        pytest.param(b"a: .nan", "quote it", id="NaN"),
        pytest.param(b"a: &x [*x]", "anchors (&) are not allowed", id="anchor"),
        pytest.param(b"a: !!python/object x", "tags (!) are not allowed", id="tag"),
        pytest.param(b"[" * 10**5, "line 1: nests deeper than 24 levels", id="deep"),
        pytest.param(b"a" * 10**6, "holds 1,000,000 bytes", id="large"),
        pytest.param(LYING_FOOTER, "is not UTF-8", id="Parquet"),
    ],
)
def test_a_bad_rubric_is_not_stored(
    run: Run, folder: Path, unchanged: Callable[[], None], data: bytes, rule: str
) -> None:
    (folder / "bad.yaml").write_bytes(data)

    result = run("rubrics", "load", str(folder / "bad.yaml"))

    assert_refused(result, "bad.yaml", rule)
    unchanged()


@pytest.mark.parametrize(
    "line",
    [
        f"prompts import f{NOT_UTF8}.jsonl --slug new --yes",
        f"prompts import good.jsonl --slug new --title {NOT_UTF8} --yes",
        f"judgments import trial good.csv --source {NOT_UTF8}",
        f"endpoints add e --model m --url https://example.com/v1 --param stop={NOT_UTF8}",
        f"projects create other --title {NOT_UTF8}",
        f"rubrics load {NOT_UTF8}.yaml",
    ],
    ids=lambda line: " ".join(line.split()[:2]),
)
def test_an_argument_that_is_not_utf8_is_refused_before_anything_is_read(
    run: Run, unchanged: Callable[[], None], line: str
) -> None:
    result = run(*line.split())

    assert_refused(result, r"\udcff", "is not text in UTF-8")
    unchanged()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param('--param x={"a":1,"a":2}', "--param 'x': the key 'a' stands twice", id="key"),
        pytest.param(r"--param x=[\"\ud800\"]".replace('\\"', '"'), "lone surrogate", id="text"),
        pytest.param("--concurrency 1" + "0" * 400, "max_concurrency: must lie", id="no float"),
        pytest.param("--timeout nan", "request_timeout_s: must lie between", id="NaN"),
        pytest.param("--terms \x1b[2J", "output_terms: must be 1 to 200", id="control"),
    ],
)
def test_a_bad_setting_of_an_endpoint_is_named(
    run: Run, unchanged: Callable[[], None], line: str, words: str
) -> None:
    add = ["endpoints", "add", "e", "--model", "m", "--url", "https://example.com/v1"]

    result = run(*add, *line.split(maxsplit=1))

    assert_refused(result, words)
    unchanged()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--samples-per-endpoint", "21", "samples_per_endpoint: 21 does not lie between 1 and 20"),
        ("--pairs-per-prompt", str(10**30), "pairs_per_prompt: say how many"),
        ("--seed", str(2**70), "seed: "),
        ("--overlap", str(-(10**30)), "overlap: "),
        ("--title", "two\nlines", "title: must be one line"),
        ("--terms", "\x1b[2J", "terms: holds an invisible control character"),
    ],
)
def test_a_bad_setting_of_a_project_is_named(
    run: Run, unchanged: Callable[[], None], option: str, value: str, words: str
) -> None:
    good = {
        "--title": "T",
        "--purpose": "P",
        "--prompt-set": "fevers@1",
        "--rubric": "small@1.0.0",
        "--strategy": "balanced",
        "--pairs-per-prompt": "1",
    }
    options = [text for pair in (good | {option: value}).items() for text in pair]

    result = run(
        *("projects", "create", "other", *options),
        *("--endpoint", "premade-fevers-m1", "--endpoint", "premade-fevers-m2"),
    )

    assert_refused(result, words)
    unchanged()


@pytest.mark.parametrize(
    "command", ["endpoints retire", "pull start --prompt-set fevers --endpoint"]
)
def test_responses_that_came_with_prompts_are_not_asked_again(
    run: Run, unchanged: Callable[[], None], command: str
) -> None:
    result = run(*command.split(), "premade-fevers-m1")

    assert_refused(result, "There is no endpoint 'premade-fevers-m1' in use")
    unchanged()
