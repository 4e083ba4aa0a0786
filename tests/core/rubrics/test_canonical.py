import json
from dataclasses import dataclass
from enum import StrEnum

import pytest

from evalhub.core.canonical import canonical_json
from evalhub.core.rubrics.canonical import fields_to_json, rubric_hash, rubric_to_json
from evalhub.core.rubrics.loading import load_rubric, rubric_from_json
from tests.core.rubrics.small import SMALL, changed, small


def test_a_rubric_survives_its_canonical_form() -> None:
    value = json.loads(canonical_json(rubric_to_json(small())))

    assert rubric_from_json(value) == small()


def test_the_same_rubric_in_json_has_the_same_hash() -> None:
    text = json.dumps(rubric_to_json(small()), indent="\t")

    assert rubric_hash(load_rubric(text, where="small.json")) == rubric_hash(small())


def test_layout_and_comments_do_not_change_the_hash() -> None:
    text = "# A comment.\n" + SMALL.replace("title: Small rubric", "title:   'Small rubric'")

    assert rubric_hash(load_rubric(text, where="x")) == rubric_hash(small())


def test_any_word_changes_the_hash() -> None:
    assert rubric_hash(small("label: Rude", "label: Coarse")) != rubric_hash(small())


def test_what_holds_nothing_is_left_out() -> None:
    value = rubric_to_json(small())

    assert isinstance(value, dict)
    assert value["schema"] == "evalhub.rubric/1"
    assert value["criteria"][3].keys().isdisjoint({"scale", "applies_when"})
    assert value["quality"]["min_agreement_to_release"].keys() == {"metric", "target"}


def test_whole_numbers_and_decimals_of_one_value_hash_alike() -> None:
    one, other = changed("{p50: 2, p90: 5}", "{p50: 2.0, p90: 5}"), SMALL

    assert rubric_hash(load_rubric(one, where="x")) == rubric_hash(load_rubric(other, where="x"))


@pytest.mark.parametrize("value", [1, "text", int], ids=repr)
def test_only_dataclasses_have_fields(value: object) -> None:
    with pytest.raises(TypeError, match="is not an instance of a dataclass"):
        fields_to_json(value)


class Colour(StrEnum):
    """Colours that can be told apart."""

    RED = "red"


@dataclass(frozen=True)
class Spot:
    """Hold one value of each kind that an answer has."""

    colour: Colour
    name: str
    n: int
    share: float
    is_seen: bool
    sizes: tuple[float | int | bool | Colour, ...]
    nothing: str | None = None


def test_values_become_plain_ones_whatever_holds_them() -> None:
    found = fields_to_json(Spot(Colour.RED, "", 0, 0.5, False, (1, 0.5, True, Colour.RED)))

    assert found == {
        "colour": "red",
        "name": "",
        "n": 0,
        "share": 0.5,
        "is_seen": False,
        "sizes": [1, 0.5, True, "red"],
    }
    # A word of an enumeration would be written by its name wherever its text is asked for.
    assert [type(found["colour"]), type(found["is_seen"])] == [str, bool]
