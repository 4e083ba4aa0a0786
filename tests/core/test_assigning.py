"""The rules of handing out pairs."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.assigning import Candidate, draw, draw_by_prompt, is_revisable, side_order

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Coin(random.Random):
    """A coin that always falls the same way."""

    def __init__(self, side: int) -> None:
        super().__init__(0)
        self.side = side

    def getrandbits(self, k: int, /) -> int:
        """Return the side it falls on, as ``k`` bits."""
        return self.side & ((1 << k) - 1)


def test_a_draw_says_how_likely_it_was() -> None:
    item, probability = draw(["x", "y", "z", "w"], random.SystemRandom())

    assert item in {"x", "y", "z", "w"}
    assert probability == 0.25


@pytest.mark.parametrize(
    ("n_plain", "n_swapped", "coin", "is_swapped"),
    [(1, 0, 0, True), (0, 1, 1, False), (2, 2, 0, False), (2, 2, 1, True)],
    ids=["swapped-is-rarer", "plain-is-rarer", "coin-plain", "coin-swapped"],
)
def test_the_less_used_order_is_shown(
    n_plain: int, n_swapped: int, coin: int, *, is_swapped: bool
) -> None:
    assert side_order(n_plain=n_plain, n_swapped=n_swapped, rng=Coin(coin)) is is_swapped


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(), True), (timedelta(minutes=10), True), (timedelta(minutes=10, seconds=1), False)],
    ids=["at-once", "last-moment", "too-late"],
)
def test_a_judgment_is_revisable_for_ten_minutes(after: timedelta, *, expected: bool) -> None:
    assert is_revisable(NOW, NOW + after) is expected


@pytest.mark.parametrize(
    ("candidates", "pair_ids", "chance"),
    [
        ([(1, False, 0), (2, True, 9)], {2}, 1.0),
        ([(1, False, 3), (2, False, 2), (3, False, 5)], {2}, 1.0),
        ([(1, False, 2), (2, False, 2), (3, False, 5)], {1, 2}, 0.5),
        ([(1, True, 4), (2, True, 1), (3, True, 1), (4, False, 0)], {2, 3}, 0.5),
    ],
    ids=["begun-first", "least-used-prompt", "lot-among-equals", "begun-then-prompt"],
)
def test_within_two_models_the_prompt_decides(
    candidates: list[tuple[int, bool, int]], pair_ids: set[int], chance: float
) -> None:
    items = [Candidate(*fields) for fields in candidates]

    drawn = [draw_by_prompt(items, random.Random(seed)) for seed in range(20)]

    assert {candidate.pair_id for candidate, _ in drawn} == pair_ids
    assert {probability for _, probability in drawn} == {chance}
