"""An endpoint that turns requests away is asked fewer at a time, and slowly more again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pulling.concurrency import (
    COOLDOWN_S,
    Window,
    after_limit,
    after_reply,
    open_window,
)


def cut(window: Window, now: float) -> Window:
    """Turn away a request that was sent just before ``now``."""
    return after_limit(window, sent_at=now - 0.1, now=now)


def clean(window: Window, n: int, *, now: float) -> Window:
    """Let ``n`` replies come."""
    for _ in range(n):
        window = after_reply(window, now=now)
    return window


def test_it_starts_at_what_a_person_chose() -> None:
    assert open_window(64).n_allowed == 64


def test_an_episode_cuts_by_a_fifth() -> None:
    assert cut(open_window(100), now=50.0).n_allowed == 80


@pytest.mark.parametrize(
    ("sent_at", "now"),
    [(49.0, 51.0), (52.0, 53.0), (49.0, 90.0)],
    ids=["sent before the cut", "within the cooldown", "sent before, and late"],
)
def test_a_burst_is_one_episode(sent_at: float, now: float) -> None:
    window = cut(open_window(100), now=50.0)

    assert after_limit(window, sent_at=sent_at, now=now) == window


def test_the_next_episode_cuts_again() -> None:
    window = cut(open_window(100), now=50.0)

    assert cut(window, now=51.0 + COOLDOWN_S).n_allowed == 64


def test_it_never_falls_below_one() -> None:
    window = open_window(2)
    for number in range(20):
        window = cut(window, now=100.0 * (number + 1))

    assert window.n_allowed == 1


def test_a_clean_round_after_the_cooldown_raises_it() -> None:
    window = cut(open_window(100), now=50.0)

    assert clean(window, 80, now=50.0 + COOLDOWN_S).n_allowed == 84
    assert clean(window, 79, now=50.0 + COOLDOWN_S).n_allowed == 80
    assert clean(window, 500, now=50.0 + COOLDOWN_S - 1).n_allowed == 80


def test_a_small_window_grows_by_one() -> None:
    window = replace(open_window(8), limit=1.0)

    assert clean(window, 1, now=0.0).n_allowed == 2


def test_a_429_breaks_a_clean_round() -> None:
    window = clean(cut(open_window(100), now=50.0), 79, now=70.0)

    broken = after_limit(window, sent_at=49.0, now=70.0)

    assert clean(broken, 1, now=70.0).n_allowed == 80


@given(
    ceiling=st.integers(1, 1000),
    events=st.lists(st.tuples(st.booleans(), st.floats(0, 30)), max_size=80),
)
def test_it_stays_between_one_and_its_ceiling(
    ceiling: int, events: list[tuple[bool, float]]
) -> None:
    window, now = open_window(ceiling), 0.0
    for is_limited, passed in events:
        now += passed
        window = cut(window, now) if is_limited else after_reply(window, now=now)

        assert 1 <= window.n_allowed <= ceiling
