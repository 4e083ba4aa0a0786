"""The decoder is tried on dataclasses of its own, apart from any rubric."""

from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from evalhub.core.canonical import Json
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.spots import MAX_DEPTH, Findings, Spot, spot_of_json
from evalhub.core.rubrics.texts import Share, Slug
from evalhub.errors import BadInput


class Colour(StrEnum):
    """Words to choose from."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Leaf:
    """Values with rules."""

    name: Slug
    share: Share = 0.5


@dataclass(frozen=True)
class Tree:
    """Every kind of value."""

    title: str
    is_tall: bool
    age: int
    colour: Colour
    leaves: tuple[Leaf, ...] = ()
    mark: int | Colour | None = None
    number: int | None = None
    note: Slug | None = None
    words: tuple[str, ...] = field(default_factory=tuple)


SLUG_RULE = "must be 1 to 64 lower-case letters and digits, joined by single '_' or '-'"
GOOD: dict[str, Json] = {"title": "Oak", "is_tall": True, "age": 3, "colour": "red"}


def read(value: Json) -> Tree:
    findings = Findings("x")
    return decode(Tree, spot_of_json(value, findings), findings)


def messages(value: Json) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(value)
    return [str(problem) for problem in caught.value.problems]


def test_defaults_stand_where_keys_are_left_out() -> None:
    assert read(GOOD) == Tree("Oak", is_tall=True, age=3, colour=Colour.RED)


def test_nested_values_and_unions_are_built() -> None:
    leaves: Json = [{"name": "a", "share": 1}, {"name": "b"}]

    tree = read({**GOOD, "leaves": leaves, "mark": "blue", "number": 7, "note": "n", "words": []})

    assert tree.leaves == (Leaf("a", 1.0), Leaf("b", 0.5))
    assert isinstance(tree.leaves[0].share, float)
    assert (tree.mark, tree.number, tree.note) == (Colour.BLUE, 7, "n")


def test_a_union_takes_a_number_or_nothing_too() -> None:
    assert read({**GOOD, "mark": 4}).mark == 4
    assert read({**GOOD, "mark": None}).mark is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": 3}, "x, field 'title': must be text (quote it), not the number 3"),
        ({"title": None}, "x, field 'title': must be text (quote it), not nothing"),
        ({"is_tall": 1}, "x, field 'is_tall': must be true or false, not the number 1"),
        ({"is_tall": "yes"}, "x, field 'is_tall': must be true or false, not the text 'yes'"),
        ({"age": True}, "x, field 'age': must be a whole number, not true or false"),
        ({"age": 1.5}, "x, field 'age': must be a whole number, not the number 1.5"),
        ({"colour": "green"}, "x, field 'colour': must be one of red, blue, not 'green'"),
        ({"colour": 1}, "x, field 'colour': must be one of red, blue, not the number 1"),
        ({"leaves": {}}, "x, field 'leaves': must be a list, not a set of keys and values"),
        (
            {"leaves": ["a"]},
            "x, field 'leaves[0]': must be a set of keys and values, not the text 'a'",
        ),
        ({"leaves": [{}]}, "x, field 'leaves[0]': the key 'name' is missing"),
        (
            {"leaves": [{"name": "A"}]},
            f"x, field 'leaves[0].name': {SLUG_RULE}, not 'A'",
        ),
        (
            {"leaves": [{"name": "a", "share": 2}]},
            "x, field 'leaves[0].share': must lie between 0 and 1, not 2.0",
        ),
        (
            {"leaves": [{"name": "a", "share": float("nan")}]},
            "x, field 'leaves[0].share': must lie between 0 and 1, not nan",
        ),
        (
            {"leaves": [{"name": "a", "share": "1"}]},
            "x, field 'leaves[0].share': must be a number, not the text '1'",
        ),
        ({"mark": "x"}, "x, field 'mark': must be one of red, blue, not 'x'"),
        ({"number": "x"}, "x, field 'number': must be a whole number, not the text 'x'"),
        ({"number": [1]}, "x, field 'number': must be a whole number, not a list"),
        ({"more": 1}, "x, field 'more': unknown key 'more'"),
        ({"title": ["x" * 99]}, "x, field 'title': must be text (quote it), not a list"),
        ({"age": "x" * 99}, f"x, field 'age': must be a whole number, not the text '{'x' * 60}…'"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_value_of_the_wrong_kind_is_named(change: dict[str, Json], message: str) -> None:
    assert messages({**GOOD, **change}) == [message]


def test_every_problem_is_reported() -> None:
    assert len(messages({"title": 1, "is_tall": 0, "extra": 1})) == 5


def test_something_else_than_keys_and_values_is_refused() -> None:
    assert messages([1]) == ["x: must be a set of keys and values, not a list"]


def test_json_that_nests_too_deep_is_reported_without_recursion_error() -> None:
    value: Json = 1
    for _ in range(100_000):
        value = [value]
    findings = Findings("x")

    spot_of_json(value, findings)

    (problem,) = findings.problems
    assert problem.rule == f"nests deeper than {MAX_DEPTH} levels"


@pytest.mark.parametrize("content", [{}, {"schema": 1}, {"schema": "s/2"}], ids=repr)
def test_the_schema_must_be_named(content: dict[str, Json]) -> None:
    findings = Findings("x")

    without_schema(spot_of_json(content, findings), "s/1", findings)

    assert [str(problem) for problem in findings.problems] == ["x, field 'schema': must be 's/1'"]


def test_a_value_without_keys_has_no_schema_to_take_off() -> None:
    spot = Spot(1)

    assert without_schema(spot, "s/1", Findings("x")) is spot
