import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from evalhub.core.scoring.intervals.shares import share_of, wilson


def test_share_has_its_wilson_interval() -> None:
    found = share_of(15, 20)

    assert (found.value, found.n) == (0.75, 20)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.5313, abs=1e-4)
    assert found.interval.high == pytest.approx(0.8881, abs=1e-4)


def test_nothing_counted_has_a_reason_and_no_number() -> None:
    found = share_of(0, 0, reason="Nobody was asked.")

    assert (found.value, found.interval, found.reason) == (None, None, "Nobody was asked.")


@given(n=st.integers(1, 10_000), data=st.data())
def test_interval_holds_the_share_and_never_has_width_zero(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))

    found = share_of(hits, n)

    assert found.interval is not None
    assert found.value is not None
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1
    assert found.interval.low < found.interval.high


def test_wilson_has_its_known_values() -> None:
    interval = wilson(0.75, 20, float(norm.ppf(0.975)))

    assert interval.low == pytest.approx(0.5313, abs=1e-4)
    assert interval.high == pytest.approx(0.8881, abs=1e-4)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_wilson_stays_within_zero_and_one_and_has_a_width(share: float) -> None:
    interval = wilson(share, 5, 1.96)

    assert 0 <= interval.low < interval.high <= 1
