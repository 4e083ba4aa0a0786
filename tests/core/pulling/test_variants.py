"""Variants are every combination of values, named by what they vary."""

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.variants import MAXIMUM_VARIANTS, variants_of
from evalhub.errors import BadInput

BASE: dict[str, Json] = {"temperature": 0.7, "max_tokens": 900}


def test_each_combination_is_a_variant_with_all_else_as_before() -> None:
    found = variants_of(BASE, {"temperature": [0, 1.5], "top_p": [0.9]})

    assert [(one.ending, one.parameters) for one in found] == [
        ("-temperature-0-top-p-0.9", {"temperature": 0, "max_tokens": 900, "top_p": 0.9}),
        ("-temperature-1.5-top-p-0.9", {"temperature": 1.5, "max_tokens": 900, "top_p": 0.9}),
    ]


@pytest.mark.parametrize(
    ("value", "ending"),
    [
        ("Low", "-x-low"),
        (-1, "-x-minus1"),
        ("-y", "-x-y"),
        ("-", "-x-"),
        (None, "-x-null"),
        (["a", "b"], "-x-a-b"),
        ({"type": "json_object"}, "-x-type-json-object"),
    ],
)
def test_a_value_stands_in_the_name_as_a_name_may(value: Json, ending: str) -> None:
    (found,) = variants_of({}, {"x": [value]})

    assert found.ending == ending


def test_what_changes_nothing_is_left_out() -> None:
    found = variants_of(BASE, {"temperature": [0, 0.7]})

    assert [one.parameters["temperature"] for one in found] == [0]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        pytest.param({}, "give at least one parameter", id="none"),
        pytest.param({"top_p": []}, "give at least one parameter", id="no value"),
        pytest.param({"temperature": [0.7]}, "those that the endpoint has already", id="same"),
        pytest.param({"seed": list(range(51))}, "make 51 variants", id="many"),
        pytest.param(
            {"a": list(range(8)), "b": list(range(8))}, "make 64 variants", id="many together"
        ),
        pytest.param({"stop": ["a b", "a-b"]}, "would be called 'stop-a-b'", id="one name"),
        pytest.param({"top_p": [1, 1]}, "would be called 'top-p-1'", id="twice"),
    ],
)
def test_what_cannot_be_varied_is_refused(values: dict[str, list[Json]], rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        variants_of(BASE, values)


def test_as_many_as_allowed_are_made() -> None:
    assert len(variants_of({}, {"seed": list(range(MAXIMUM_VARIANTS))})) == MAXIMUM_VARIANTS
