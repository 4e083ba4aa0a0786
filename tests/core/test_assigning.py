"""The rules of handing out pairs."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.assigning import Lease, draw, is_revisable, side_order
from evalhub.core.campaigns import AssignmentStatus

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Coin(random.Random):
    """A coin that always falls the same way."""

    def __init__(self, side: int) -> None:
        super().__init__(0)
        self.side = side

    def getrandbits(self, k: int, /) -> int:
        """Return the side it falls on, as ``k`` bits."""
        return self.side & ((1 << k) - 1)


def a_lease(status: AssignmentStatus = AssignmentStatus.LEASED) -> Lease:
    return Lease(
        id=1,
        token="t",
        project_id=1,
        pair_id=1,
        person_id=1,
        is_swapped=False,
        status=status,
        policy="uniform",
        probability=1.0,
        pay_minor_units=0,
        pay_currency="USD",
        leased_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        ended_at=None,
        release_reason="",
    )


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
    ("status", "after", "is_held"),
    [
        (AssignmentStatus.LEASED, timedelta(minutes=59), True),
        (AssignmentStatus.LEASED, timedelta(hours=1), False),
        (AssignmentStatus.RELEASED, timedelta(), False),
    ],
    ids=["running", "run-out", "given-back"],
)
def test_a_lease_is_held_until_it_expires(
    status: AssignmentStatus, after: timedelta, *, is_held: bool
) -> None:
    assert a_lease(status).is_held(NOW + after) is is_held


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(), True), (timedelta(minutes=10), True), (timedelta(minutes=10, seconds=1), False)],
    ids=["at-once", "last-moment", "too-late"],
)
def test_a_judgment_is_revisable_for_ten_minutes(after: timedelta, *, expected: bool) -> None:
    assert is_revisable(NOW, NOW + after) is expected
