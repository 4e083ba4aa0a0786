import json

import pytest
from hypothesis import given, settings

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.judging.answers import (
    Answer,
    Choice,
    CitationCheck,
    ComparedCriterion,
    NotApplicable,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
    answer_from_json,
    answer_to_json,
    choice_of,
    swap_sides,
)
from evalhub.core.judging.forms import parse_form
from evalhub.core.rubrics.vocabulary import TieQuality
from evalhub.errors import BadInput
from tests.core.judging.forms import Fields, answer, any_fields
from tests.core.rubrics.small import small


def test_swapping_exchanges_everything_that_has_a_side() -> None:
    swapped = swap_sides(answer(criteria__prompt_help__b="na"))

    assert swapped.flags_a == SideFlags(
        raised=(RaisedFlag("harmful", "Do it."), RaisedFlag("rude"))
    )
    assert swapped.flags_b == SideFlags(none_ticked=True)
    assert swapped.citations_b == (CitationCheck(1, "supports"), CitationCheck(2, "not_checked"))
    assert swapped.rated[0] == RatedCriterion("correct", 3, 5)
    assert swapped.rated[1] == RatedCriterion("prompt_help", NotApplicable.NA, None)
    assert swapped.compared == (ComparedCriterion("clear", 2),)
    assert (swapped.choice, swapped.preference) == (Choice.B, 3)


def test_swapping_leaves_what_has_no_side() -> None:
    swapped = swap_sides(answer(overall="both_bad", criteria__clear="na"))

    assert (swapped.choice, swapped.preference) == (Choice.BOTH_BAD, 0)
    assert swapped.compared == (ComparedCriterion("clear", NotApplicable.NA),)
    assert swapped.why == "A is right and B would hurt."
    assert swap_sides(Answer()) == Answer()


@settings(deadline=None)
@given(any_fields(small()))
def test_swapping_twice_gives_the_answer_back(fields: Fields) -> None:
    found = parse_form(small(), fields)

    assert swap_sides(swap_sides(found)) == found


@settings(deadline=None)
@given(any_fields(small()))
def test_an_answer_survives_json(fields: Fields) -> None:
    found = parse_form(small(), fields)

    assert answer_from_json(json.loads(canonical_json(answer_to_json(found)))) == found


@pytest.mark.parametrize(
    ("preference", "choice"), [(-3, Choice.A), (-1, Choice.A), (0, Choice.TIE), (2, Choice.B)]
)
def test_a_preference_stands_for_a_choice(preference: int, choice: Choice) -> None:
    assert choice_of(preference) is choice


@pytest.mark.parametrize(
    ("choice", "quality"),
    [
        (Choice.BOTH_GOOD, TieQuality.BOTH_GOOD),
        (Choice.BOTH_BAD, TieQuality.BOTH_BAD),
        (Choice.TIE, None),
        (None, None),
    ],
)
def test_only_a_judged_tie_has_a_quality(choice: Choice | None, quality: TieQuality | None) -> None:
    assert Answer(choice=choice).quality is quality


def test_parts_are_found_by_side_and_question() -> None:
    found = answer()

    assert found.flags("a").none_ticked
    assert found.flags("b") is found.flags_b
    assert found.citations("a") is found.citations_a
    assert found.citations("b") == ()
    assert found.triage_option("competence") == "in_scope"
    assert found.triage_option("urgency") is None
    assert found.has_flags
    assert not Answer().has_flags


def bad(**changes: Json) -> list[str]:
    value = {"schema": "evalhub.answer/1", **changes}
    with pytest.raises(BadInput) as caught:
        answer_from_json(value, where="answer 7")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("choice", "preference"),
    [
        ("a", 1),
        ("a", 0),
        ("b", -1),
        ("tie", 1),
        ("both_good", 2),
        ("cannot_judge", 0),
        (None, 1),
        ("a", None),
        ("tie", None),
    ],
)
def test_a_choice_and_a_preference_must_agree(choice: str | None, preference: int | None) -> None:
    (message,) = bad(choice=choice, preference=preference)

    assert message == f"answer 7, field 'preference': {preference} does not go with {choice}"


def test_stored_answers_are_read_strictly() -> None:
    assert bad(schema="evalhub.answer/2")[0].endswith("must be 'evalhub.answer/1'")
    assert bad(model="x")[0].endswith("unknown key 'model'")
    assert bad(why=1)[0].endswith("must be text (quote it), not the number 1")
    assert bad(compared=[{"criterion": "clear", "value": "often"}])[0].endswith("not 'often'")


@pytest.mark.parametrize("value", [None, [], "x", 1], ids=repr)
def test_something_else_than_an_answer_is_refused(value: Json) -> None:
    with pytest.raises(BadInput, match="must be a set of keys and values"):
        answer_from_json(value)
