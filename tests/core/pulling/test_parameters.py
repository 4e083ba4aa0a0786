"""Sampling parameters are read strictly, and what EvalHub sets itself is refused."""

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.parameters import MAXIMUM_DEPTH, check_parameters, parse_parameters
from evalhub.errors import BadInput


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
        pytest.param(["a=NaN"], "is not a finite number", id="nan"),
        pytest.param(["a=1e999"], "is not a finite number", id="infinity"),
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
