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


def test_an_id_is_written_as_words() -> None:
    assert words("both_defensible") == "both defensible"
