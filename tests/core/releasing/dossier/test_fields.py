import pytest

from evalhub.core.releasing.dossier.fields import Unit, estimate, rounded
from evalhub.core.scoring.results import Interval


def test_figures_are_rounded_far_above_the_noise_of_a_double() -> None:
    one = estimate("a", Unit.SHARE, 0.123449999, n=3, interval=Interval(0.1, 0.2), p=0.04999999)
    other = estimate("a", Unit.SHARE, 0.12345 - 1e-9, n=3, interval=Interval(0.1, 0.2), p=0.05)

    assert one == other
    assert (one.value, one.low, one.high, one.p) == (0.1234, 0.1, 0.2, 0.05)


def test_an_interval_that_rounding_closes_is_left_out() -> None:
    figure = estimate("a", Unit.SHARE, 0.5, n=9, interval=Interval(0.50001, 0.50002))

    assert (figure.low, figure.high) == (None, None)


@pytest.mark.parametrize("value", [-0.0, -0.000001])
def test_nothing_is_written_as_minus_zero(value: float) -> None:
    assert str(rounded(value)) == "0.0"
