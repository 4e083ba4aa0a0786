"""The form of a build says what a command can say, and comes to the same recipe."""

import pytest
from werkzeug.datastructures import MultiDict

from evalhub.cli.release_recipe import recipe_of as recipe_of_command
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.vocabulary import FLAVOURS, VetoRule
from evalhub.errors import BadInput
from evalhub.web.release_form import recipe_of

COMMAND = {
    "flavours": (),
    "purpose": "reward_model_training",
    "licence": "",
    "aggregation": "item_only",
    "ties": "neutral",
    "vetoes": "half",
    "leave_out": (),
    "min_judgments": 1,
    "min_agreement": 0.0,
    "validation": 0.1,
    "test": 0.1,
    "disjoint_annotators": False,
    "exclude": (),
    "accept": (),
}
"""What the options of the command are unless they are given."""


def form(*fields: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(fields)


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ([], {}),
        ([("vetoes", "any")], {"vetoes": "any"}),
        (
            [("min_judgments", "3"), ("min_agreement", "67")],
            {"min_judgments": 3, "min_agreement": 0.67},
        ),
        ([("validation", "29"), ("test", "7")], {"validation": 0.29, "test": 0.07}),
        (
            [("leave_out", "imported_judgment"), ("leave_out", "chosen_vetoed")],
            {"leave_out": ("chosen_vetoed", "imported_judgment")},
        ),
        (
            [("flavours", "chosen"), ("flavour", "verl"), ("flavour", "kto")],
            {"flavours": ("kto", "verl")},
        ),
        ([("flavours", "chosen")], {"flavours": ("none",)}),
        (
            [("gate_no_consent", "exclude"), ("disjoint", "1")],
            {"exclude": ("no_consent",), "disjoint_annotators": True},
        ),
    ],
    ids=["nothing", "vetoes", "least", "shares", "left out", "flavours", "no flavour", "gates"],
)
def test_a_form_and_a_command_come_to_the_same_recipe(
    fields: list[tuple[str, str]], options: dict[str, object]
) -> None:
    assert recipe_of(form(*fields)) == recipe_of_command({**COMMAND, **options})


def test_fields_left_empty_are_as_in_the_standing_recipe() -> None:
    names = ("min_judgments", "min_agreement", "validation", "test", "vetoes", "ties", "purpose")

    assert recipe_of(form(*((name, "") for name in names))) == Recipe()


def test_a_form_from_before_there_were_boxes_asks_for_every_flavour() -> None:
    assert recipe_of(form(("vetoes", "ignored"))).flavours == FLAVOURS
    assert recipe_of(form(("vetoes", "ignored"))).pairs.veto_rule is VetoRule.IGNORED


@pytest.mark.parametrize(
    ("name", "value"),
    [("leave_out", "model_judge"), ("leave_out", "evenly_split"), ("flavour", "pairs")],
)
def test_what_works_always_cannot_be_chosen_and_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"{name}: '{value}' is none of "):
        recipe_of(form(("flavours", "chosen"), (name, value)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vetoes", "some"),
        ("leave_out", "everything"),
        ("flavour", "unknown"),
        ("min_judgments", "two"),
        ("min_agreement", "0.5"),
        ("test", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_field(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=name):
        recipe_of(form(("flavours", "chosen"), (name, value)))
