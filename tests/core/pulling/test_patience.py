"""Waits grow to a longest one, however long an endpoint is down."""

import pytest

from evalhub.core.pulling.patience import OF_PROMPTS, PASSING, Patience
from evalhub.core.responses import HOPELESS


def test_waits_double_up_to_the_longest() -> None:
    patience = Patience(first_wait_s=30, longest_wait_s=600)

    waits = [patience.wait_s(n) for n in range(7)]

    assert waits == [30, 60, 120, 240, 480, 600, 600]


@pytest.mark.parametrize("n_tries", [31, 10**6])
def test_no_number_of_tries_is_too_large(n_tries: int) -> None:
    assert Patience().wait_s(n_tries) == Patience().longest_wait_s


def test_what_no_waiting_mends_is_not_waited_for() -> None:
    assert set() == PASSING & HOPELESS
    assert OF_PROMPTS < PASSING
