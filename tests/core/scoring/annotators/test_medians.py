import numpy as np
import pytest

from evalhub.core.scoring.annotators import median_of


def test_median_has_its_order_statistics() -> None:
    """With nine values the second smallest and second largest hold the median at 96 %."""
    found = median_of([9, 1, 2, 3, 4, 5, 6, 7, 8], reason="")

    assert (found.value, found.n) == (5, 9)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (2, 8)


@pytest.mark.parametrize("n", range(1, 6))
def test_few_values_have_no_interval(n: int) -> None:
    found = median_of(list(range(n)), reason="")

    assert found.interval is None
    assert found.reason == f"Values: {n}; an interval needs at least 6."


def test_nothing_timed_has_a_reason() -> None:
    assert median_of([], reason="No judgment was timed.").reason == "No judgment was timed."


def test_values_all_alike_have_no_interval_of_width_zero() -> None:
    found = median_of([3.0] * 20, reason="")

    assert found.value == 3.0
    assert found.interval is None


def test_interval_covers_at_least_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(5), 0
    for _ in range(400):
        found = median_of(rng.exponential(size=25).tolist(), reason="")
        assert found.interval is not None
        covered += found.interval.low <= np.log(2) <= found.interval.high

    assert covered >= 376
