import pytest

from evalhub.core.rubrics.spots import Findings, Spot, walk
from evalhub.core.rubrics.yaml_text import MAX_BYTES, read_text, read_yaml
from evalhub.errors import BadInput


def read(text: str | bytes) -> Spot:
    findings = Findings("x.yaml")
    spot = read_yaml(read_text(text, findings), findings)
    findings.raise_if_any()
    return spot


def messages(text: str | bytes) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def content(text: str, key: str = "x") -> object:
    inside = read(text).content
    assert isinstance(inside, dict)
    return inside[key].content


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("0.25", 0.25),
        ("-1.5e3", -1500.0),
        ("1.0.0", "1.0.0"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21 10:00:00", "2026-11-21 10:00:00"),
        ("plain words", "plain words"),
        ("yes, really", "yes, really"),
        ('"Yes"', "Yes"),
        ("'010'", "010"),
        ("=", "="),
        ("|\n  two\n  lines", "two\nlines"),
    ],
    ids=repr,
)
def test_a_plain_value_is_text_unless_it_is_true_false_null_or_decimal(
    scalar: str, value: object
) -> None:
    found = content(f"x: {scalar}")

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "word", ["Yes", "no", "NO", "on", "Off", "y", "N", "True", "FALSE", "Null", "NULL"]
)
def test_a_word_that_other_readers_take_for_a_truth_value_must_be_quoted(word: str) -> None:
    rule = f"{word} is read as true, false or null by other YAML readers; quote it"

    assert messages(f"a: 1\nlabel: {word}") == [f"x.yaml line 2, field 'label': {rule}"]


@pytest.mark.parametrize(
    "number",
    [
        "010",
        "0x1F",
        "0b11",
        "1_000",
        "12:30:00",
        "+1",
        ".5",
        "5.",
        ".inf",
        "-.Inf",
        ".nan",
        "9" * 30,
        "1e999",
    ],
)
def test_a_number_that_readers_disagree_on_must_be_quoted(number: str) -> None:
    (message,) = messages(f"x: {number}")

    assert message.startswith("x.yaml line 1, field 'x': ")
    assert message.endswith("is read as different numbers by different YAML readers; quote it")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.yaml: is empty"),
        ("# only a comment", "x.yaml: is empty"),
        ("a: 1\nb: &n 2", "x.yaml line 2: anchors (&) are not allowed"),
        ("a: 1\nb: *n", "x.yaml line 2: aliases (*) are not allowed"),
        ("a: !!str 1", "x.yaml line 1: tags (!) are not allowed"),
        ("a: ! 1", "x.yaml line 1: tags (!) are not allowed"),
        ("a: !!python/object:os.system {}", "x.yaml line 1: tags (!) are not allowed"),
        ("a: 1\n<<: {b: 2}", "x.yaml line 2: merge keys (<<) are not allowed"),
        ("a: 1\nb: 2\na: 3", "x.yaml line 3: the key 'a' appears twice"),
        ('{"a": {"b": 1, "b": 2}}', "x.yaml line 1, field 'a': the key 'b' appears twice"),
        ("1: a", "x.yaml line 1: a key must be text; quote it"),
        ("? [a]\n: 1", "x.yaml line 1: a key must be text; quote it"),
        ("true: a", "x.yaml line 1: a key must be text; quote it"),
        ("a: [" + "[" * 30, "x.yaml line 1: nests deeper than 24 levels"),
        ("[" * 100_000, "x.yaml line 1: nests deeper than 24 levels"),
        ("a: [1", "x.yaml line 1: is not readable: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\n---\nb: 2", "x.yaml line 2: is not readable: but found another document"),
        ("a: 1\nb: \x07", "x.yaml line 2: holds the character U+0007"),
        ("a: 1\nb: \x00", "x.yaml line 2: holds a NUL character"),
        ("\ufeffa: 1", "x.yaml line 1: starts with a byte order mark; save it without one"),
        ("a: 1\nb: \ud800", "x.yaml line 2: holds half of a surrogate pair"),
        ('a: 1\nb: "\\ud800"', "x.yaml line 2, field 'b': holds half of a surrogate pair"),
        (b"a: 1\nb: \xe9", "x.yaml line 2: is not UTF-8"),
        ("a: 1".encode("utf-16"), "x.yaml line 1: is not UTF-8"),
        ("a: 1".encode("utf-16-le"), "x.yaml line 1: holds a NUL character"),
        ("a" * (MAX_BYTES + 1), "x.yaml: holds 200,001 bytes; at most 200,000 are read"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_not_allowed_is_named_with_its_line(text: str | bytes, message: str) -> None:
    assert messages(text) == [message]


@pytest.mark.parametrize("text", ['"\\UFFFFFFFF"', '"\\U00110000"', f"%YAML 1.{'9' * 5000}\n--- a"])
def test_what_the_yaml_library_trips_over_is_still_a_clean_error(text: str) -> None:
    (message,) = messages(text)

    assert message.startswith("x.yaml: is not readable: ")


def test_faults_that_do_not_end_the_reading_are_all_reported() -> None:
    text = "a: Yes\nb:\n  - 010\n  - c: 1\n    c: 2"

    places = [message.split(":")[0] for message in messages(text)]

    assert places == [
        "x.yaml line 1, field 'a'",
        "x.yaml line 3, field 'b[0]'",
        "x.yaml line 5, field 'b[1]'",
    ]


def test_json_with_tabs_and_escapes_reads_as_the_same_values() -> None:
    text = '{\n\t"x":\t"\\ud83d\\ude00 \\/ \\u00e9",\n\t"n": -1.5E+2}'

    assert content(text) == "😀 / é"
    assert content(text, "n") == -150.0


def test_every_value_knows_its_path_and_line() -> None:
    spots = walk(read("a:\n  - b: 1\n  - 2\n"))

    assert [(spot.path, spot.line) for spot in spots] == [
        ("", 1),
        ("a", 2),
        ("a[0]", 2),
        ("a[0].b", 2),
        ("a[1]", 3),
    ]


def test_a_strange_key_is_shortened_in_places() -> None:
    long = "k" * 500

    (message,) = messages(f'"{long}": Yes')

    assert len(message) < 200
