import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalhub.core.prompts.near_duplicates import near_duplicate_groups
from evalhub.core.prompts.normalising import normalised

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


def groups_by_every_pair(texts: list[str]) -> set[frozenset[int]]:
    """Return the groups by comparing every two texts, without signatures or bands."""
    groups = [{n} for n in range(len(texts))]
    for n, first in enumerate(texts):
        for m, second in enumerate(texts[:n]):
            if are_near(first, second):
                joined = [group for group in groups if group & {n, m}]
                groups = [group for group in groups if not group & {n, m}]
                groups.append(set().union(*joined))
    return {frozenset(group) for group in groups if len(group) > 1}


def are_near(first: str, second: str) -> bool:
    words = normalised(first).split(" "), normalised(second).split(" ")
    if words[0] == words[1]:
        return True
    if min(len(text) for text in words) < 8:
        return False
    one, other = ({tuple(text[i : i + 4]) for i in range(len(text) - 3)} for text in words)
    return len(one & other) >= 0.8 * len(one | other)


@settings(deadline=None)
# Two texts that are near each other and not near the first that falls into a band with them.
@example(165546, 6)
@given(st.integers(0, 2**32), st.integers(2, 7))
def test_groups_are_those_of_comparing_every_pair(seed: int, n_texts: int) -> None:
    rng = random.Random(seed)
    texts = []
    for _ in range(n_texts):
        words = (rng.choice([LONG, LONG[::-1]]) + " end").split()
        if rng.random() < 0.7:
            words[rng.randrange(len(words))] = rng.choice(["one", "other"])
        texts.append(" ".join(words[: rng.choice([5, 200])]))

    found = {frozenset(group) for group in near_duplicate_groups(texts)}

    assert found == groups_by_every_pair(texts)
