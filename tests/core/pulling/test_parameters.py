"""Sampling parameters are read strictly, and what EvalHub sets itself is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.pulling.parameters import (
    MAXIMUM_DEPTH,
    NAME,
    check_parameters,
    parse_parameters,
    parse_values,
)
from evalhub.errors import BadInput
from tests.core.reading.outcomes import outcome


def test_values_are_json_where_they_are_and_text_elsewhere() -> None:
    found = parse_parameters(
        ["temperature=0.7", " seed = 7", 'stop=["a"]', "effort=low", "x=", "a=b=c"]
    )

    assert found == {
        "temperature": 0.7,
        "seed": 7,
        "stop": ["a"],
        "effort": "low",
        "x": "",
        "a": "b=c",
    }


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        pytest.param(["temperature"], "write it as name=value", id="no equals sign"),
        pytest.param(["a=1", "a=2"], "is given twice", id="twice"),
        pytest.param(["model=x"], "cannot be set here: it is the endpoint's model", id="model"),
        pytest.param(["n=2"], "cannot be set here", id="n"),
        pytest.param(["a b=1"], "is not a name", id="name with a space"),
        pytest.param(["a=NaN"], "NaN is not a JSON number", id="nan"),
        pytest.param(["a=1e999"], "the number '1e999' is too large", id="infinity"),
        pytest.param(['a={"b":1,"b":2}'], "the key 'b' stands twice", id="a key twice"),
        pytest.param(['a="\\ud800"'], "lone surrogate U\\+D800", id="escaped surrogate"),
        pytest.param(["a=\udcff"], "lone surrogate U\\+DCFF", id="not UTF-8"),
        pytest.param(['a="\\u0000"'], "holds the character U\\+0000", id="NUL"),
        pytest.param([f"a={2**63}"], "does not fit in 64 bits", id="large number"),
        pytest.param([f"a={'x' * 10_001}"], "is longer than 10000", id="long"),
    ],
)
def test_broken_parameters_are_refused_with_their_place(texts: list[str], rule: str) -> None:
    with pytest.raises(BadInput, match=rule) as caught:
        parse_parameters(texts, where="--param")

    assert caught.value.problems[0].where.startswith("--param ")


def test_every_broken_parameter_is_named() -> None:
    with pytest.raises(BadInput) as caught:
        parse_parameters(["model=x", "messages=y"])

    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["list", "object"])
def test_deep_nesting_is_refused(opening: str) -> None:
    value: Json = 1
    for _ in range(MAXIMUM_DEPTH):
        value = [value] if opening == "[" else {"a": value}

    with pytest.raises(BadInput, match="nested deeper than 20"):
        check_parameters({"deep": value}, where="parameter")


def test_nesting_that_exhausts_the_parser_is_plain_text_that_is_too_long() -> None:
    with pytest.raises(BadInput, match="is longer than"):
        parse_parameters(["a=" + "[" * 200_000])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, {"a": float("-inf")}]])
def test_numbers_that_json_cannot_carry_are_refused(value: Json) -> None:
    with pytest.raises(BadInput, match="is not a finite number"):
        check_parameters({"a": value}, where="parameter")


@given(st.dictionaries(st.from_regex(NAME, fullmatch=True), st.text(), max_size=4))
def test_whatever_is_accepted_can_be_stored_and_sent(given_texts: dict[str, str]) -> None:
    texts = [f"{name}={value}" for name, value in given_texts.items()]

    found = outcome(lambda: parse_parameters(texts))

    if isinstance(found, BadInput):
        assert all(problem.where.startswith("--param ") for problem in found.problems)
    else:
        assert json.loads(canonical_json(found).encode()) == found


def test_problems_of_several_values_are_all_named() -> None:
    with pytest.raises(BadInput) as caught:
        parse_parameters(["a=NaN", "b", 'c={"x":1,"x":1}', "d=1"])

    assert [problem.where for problem in caught.value.problems] == [
        "--param 'a'",
        "--param 'b'",
        "--param 'c'",
    ]


def test_a_name_may_take_several_values_in_their_order() -> None:
    assert parse_values(["t=1", "p=0.9", "t=0.5", "t=low"]) == {"t": [1, 0.5, "low"], "p": [0.9]}


def test_a_value_that_may_not_be_sent_is_none_of_several_either() -> None:
    with pytest.raises(BadInput, match="cannot be set here"):
        parse_values(["t=1", "model=x"])
