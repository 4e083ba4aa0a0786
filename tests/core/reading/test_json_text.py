import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.json_text import MAX_DEPTH, parse_json
from evalhub.errors import BadInput
from tests.core.reading.outcomes import outcome

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_json_writes_is_read_back(value: object, escapes: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=escapes), where="x") == value


@given(st.text())
def test_any_text_is_a_value_or_bad_input(text: str) -> None:
    result = outcome(lambda: parse_json(text, where="x"))

    assert not isinstance(result, BadInput) or result.problems[0].where == "x"


@given(st.text('[]{}",:\\u0d8aeE+-.1 nulltrfasNI'))
def test_any_text_of_json_tokens_is_a_value_or_bad_input(text: str) -> None:
    result = outcome(lambda: parse_json(text, where="x"))

    assert not isinstance(result, BadInput) or result.problems[0].where == "x"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param('{"a": 1, "b": 2, "a": 3}', "the key 'a' stands twice", id="duplicate key"),
        pytest.param('[{"a": {"b": 1, "b": 1}}]', "the key 'b' stands twice", id="nested key"),
        pytest.param("[NaN]", "NaN is not a JSON number", id="NaN"),
        pytest.param("[-Infinity]", "-Infinity is not a JSON number", id="infinity"),
        pytest.param("[1e999]", "the number '1e999' is too large", id="overflow"),
        pytest.param("1" + "0" * 400, "does not fit in 64 bits", id="ten to the 400"),
        pytest.param("9223372036854775808", "does not fit in 64 bits", id="two to the 63"),
        pytest.param('{"a": 1} 2', "Extra data at column 10", id="trailing data"),
        pytest.param('{"a"\n: }', "Expecting value at line 2, column 3", id="line and column"),
        pytest.param("", "Expecting value at column 1", id="nothing"),
        pytest.param("'a'", "Expecting value", id="single quotes"),
        pytest.param('"a\tb"', "Invalid control character", id="raw tab"),
        pytest.param('"\\x"', "escape", id="unknown escape"),
        pytest.param("\ufeff1", "Expecting value", id="byte order mark"),
        pytest.param('{"a": ["\\u0000"]}', r"holds the character U\+0000", id="NUL"),
        pytest.param('"\\ud800"', r"lone surrogate U\+D800", id="lone high surrogate"),
        pytest.param('{"\\udfff": 1}', r"lone surrogate U\+DFFF", id="lone low surrogate in a key"),
        pytest.param('"' + "\ud800" + '"', r"lone surrogate U\+D800", id="raw surrogate"),
    ],
)
def test_what_two_readers_could_take_differently_is_refused(text: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        parse_json(text, where="x")


def test_a_surrogate_pair_is_one_character() -> None:
    assert parse_json('["\\ud83e\\uddea", 1]', where="x") == ["\U0001f9ea", 1]


def test_the_deepest_allowed_nesting_is_read() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH

    assert parse_json(text, where="x")


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"]":['], ids=["list", "object", "both"])
def test_a_million_levels_are_refused_without_a_crash(opening: str) -> None:
    with pytest.raises(BadInput, match="x: is nested deeper than 100 levels"):
        parse_json(opening * 10**6, where="x")


def test_brackets_within_text_are_no_nesting() -> None:
    text = json.dumps(["[" * 1000, 'a"[' * 1000])

    assert parse_json(text, where="x") == ["[" * 1000, 'a"[' * 1000]


def test_many_unterminated_quotes_are_refused() -> None:
    with pytest.raises(BadInput, match="is not JSON"):
        parse_json('"\\' * 400_000, where="x")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a": "b', "is not JSON: Unterminated string starting at column 7"),
        ('{"a": }', "is not JSON: Expecting value at column 7"),
        ('{"a": "\\ud', "is not JSON: Invalid \\\\uXXXX escape at column 9"),
    ],
    ids=["open text", "no value", "escape"],
)
def test_the_place_of_a_fault_is_said_once(text: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        parse_json(text, where="x")
