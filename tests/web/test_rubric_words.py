import pytest

from evalhub.core.rubrics.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FieldAtLeast,
    FieldEquals,
    FieldIn,
    HasTag,
    Not,
)
from evalhub.web.rubric_words import condition_words, words
from tests.core.rubrics.small import small

TAG = HasTag("urgent")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (TAG, "the prompt is tagged “urgent”"),
        (Not(TAG), "not the prompt is tagged “urgent”"),
        (FieldIn("urgency", ("now", "soon")), "urgency is now or soon"),
        (FieldEquals("sign_conflict", value=True), "sign conflict"),
        (FieldEquals("sign_conflict", value=False), "sign conflict is false"),
        (FieldEquals("kind", value="both_bad"), "kind is both bad"),
        (FieldAtLeast("spread", 3), "spread is at least 3"),
        (AnyOf((FieldAtLeast("a", 1), FieldEquals("b", value=2))), "a is at least 1 or b is 2"),
        (
            AllOf((AnyOf((FieldAtLeast("a", 1), FieldAtLeast("b", 2))), FieldAtLeast("c", 3))),
            "(a is at least 1 or b is at least 2) and c is at least 3",
        ),
        (AllOf((AnyOf((FieldAtLeast("a", 1),)),)), "a is at least 1"),
    ],
    ids=str,
)
def test_a_condition_is_said_in_words(condition: Condition, said: str) -> None:
    assert condition_words(condition) == said


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (FieldIn("urgency", ("now", "later")), "“How soon?” is “Now” or “Later”"),
        (FieldEquals("urgency", value="soon"), "“How soon?” is soon"),
        (Not(AnyOf((FieldIn("urgency", ("now",)), TAG))), "not (“How soon?” is “Now” or the"),
        (FieldAtLeast("overall_abs", 2), "overall abs is at least 2"),
    ],
    ids=["labels", "an unknown value", "inside", "no question"],
)
def test_with_its_rubric_a_condition_is_said_in_the_words_of_the_form(
    condition: Condition, said: str
) -> None:
    assert condition_words(condition, small()).startswith(said)


def test_an_id_is_written_as_words() -> None:
    assert words("both_defensible") == "both defensible"
