import random

import pytest

from evalhub.core.prompts.near_duplicates import near_duplicate_groups

LONG = (
    "My mother is 82 and takes warfarin; the pharmacy gave her ciprofloxacin for a chest "
    "infection yesterday and today she has bruises on both arms and bled from her gums for an "
    "hour after brushing her teeth, should I stop one of them and is this an emergency"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("What is fever?", "what is   FEVER", id="case, spaces, punctuation"),
        pytest.param(LONG, LONG + ", please?", id="a word more"),
        pytest.param(LONG, LONG.replace("yesterday", "today"), id="one word changed"),
        pytest.param("ﬁbre", "FIBRE", id="compatibility forms"),
    ],
)
def test_near_duplicates_are_found(first: str, second: str) -> None:
    assert near_duplicate_groups([first, "Something else", second]) == ((0, 2),)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("What is fever?", "What is a fever?", id="short texts must be equal"),
        pytest.param(LONG, " ".join(reversed(LONG.split())), id="same words, other order"),
        pytest.param("???", "!!!", id="no words at all"),
        pytest.param(LONG, "", id="nothing"),
    ],
)
def test_different_texts_stay_apart(first: str, second: str) -> None:
    assert near_duplicate_groups([first, second]) == ()


def test_being_near_is_carried_on() -> None:
    first = LONG
    second = first + " or can it wait"
    third = second + " until monday morning"

    assert near_duplicate_groups([first, third, second]) == ((0, 1, 2),)


def test_every_planted_duplicate_among_many_is_found() -> None:
    rng = random.Random(5)
    words = [f"w{i}" for i in range(2000)]
    texts = [" ".join(rng.choices(words, k=80)) for _ in range(300)]
    planted = [text.replace(text.split()[40], "changed", 1) for text in texts[:50]]

    groups = near_duplicate_groups([*texts, *planted])

    assert groups == tuple((i, 300 + i) for i in range(50))


def test_nothing_has_no_groups() -> None:
    assert near_duplicate_groups([]) == ()
