"""The rules of how many judgments a pair wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.campaigns import OverlapRule
from evalhub.core.overlaps import places_wanted

FIXED, ON_CONFLICT = OverlapRule.FIXED, OverlapRule.ON_CONFLICT
signs = st.lists(st.sampled_from([-1, 0, 1]), max_size=6)


@given(signs, st.integers(1, 8))
def test_a_fixed_overlap_is_what_it_says(given_signs: list[int], overlap: int) -> None:
    assert places_wanted(given_signs, FIXED, overlap) == overlap


@pytest.mark.parametrize(
    ("given_signs", "wanted"),
    [
        ([], 2),
        ([1], 2),
        ([1, 1], 2),
        ([0, 0], 2),
        ([1, 0], 2),
        ([0, -1], 2),
        ([1, -1], 3),
        ([-1, 1], 3),
        ([1, -1, 1], 3),
        ([1, -1, 0], 4),
        ([1, -1, 0, 0], 4),
    ],
    ids=str,
)
def test_another_judgment_is_wanted_on_a_conflict_of_sign_only(
    given_signs: list[int], wanted: int
) -> None:
    assert places_wanted(given_signs, ON_CONFLICT, 5) == wanted


@given(signs, st.integers(1, 8))
def test_the_overlap_is_never_exceeded(given_signs: list[int], overlap: int) -> None:
    assert 1 <= places_wanted(given_signs, ON_CONFLICT, overlap) <= overlap


@given(signs)
def test_both_sides_are_treated_alike(given_signs: list[int]) -> None:
    turned = [-sign for sign in given_signs]

    assert places_wanted(given_signs, ON_CONFLICT, 5) == places_wanted(turned, ON_CONFLICT, 5)
