"""Waits grow, are drawn at random, and never outlast the total time."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pulling.retrying import RetryPolicy, next_wait_s, server_wait_s

POLICY = RetryPolicy(max_attempts=4, total_s=100.0, base_s=1.0, cap_s=3.0)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def openai(reset: str, *, remaining: str = "0") -> dict[str, str]:
    """Return the headers with which OpenAI tells of a limit on requests."""
    return {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": remaining,
        "x-ratelimit-reset-requests": reset,
    }


@pytest.mark.parametrize(
    ("n_attempts", "wait_s"), [(1, 0.5), (2, 1.0), (3, 1.5)], ids=["first", "second", "capped"]
)
def test_the_wait_doubles_up_to_its_cap(n_attempts: int, wait_s: float) -> None:
    found = next_wait_s(POLICY, n_attempts=n_attempts, elapsed_s=0.0, server_wait_s=None, draw=0.5)

    assert found == wait_s


def test_the_attempts_run_out() -> None:
    assert next_wait_s(POLICY, n_attempts=4, elapsed_s=0, server_wait_s=None, draw=0) is None


def test_the_server_is_waited_for() -> None:
    assert next_wait_s(POLICY, n_attempts=1, elapsed_s=0, server_wait_s=20, draw=0.5) == 20


def test_a_wait_longer_than_what_is_left_ends_it() -> None:
    assert next_wait_s(POLICY, n_attempts=1, elapsed_s=90, server_wait_s=10, draw=0.5) is None


@given(
    n_attempts=st.integers(1, 10),
    elapsed_s=st.floats(0, 200),
    wait_s=st.none() | st.floats(0, 1e9),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_no_wait_outlasts_the_total_time(
    n_attempts: int, elapsed_s: float, wait_s: float | None, draw: float
) -> None:
    found = next_wait_s(
        POLICY, n_attempts=n_attempts, elapsed_s=elapsed_s, server_wait_s=wait_s, draw=draw
    )

    assert found is None or elapsed_s + found < POLICY.total_s


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"retry-after": "3"}, 3.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="fraction"),
        pytest.param({"retry-after-ms": "250", "retry-after": "9"}, 0.25, id="milliseconds first"),
        pytest.param({"retry-after": "Sat, 21 Nov 2026 09:30:07 GMT"}, 7.0, id="date"),
        pytest.param({"retry-after": "Sat, 21 Nov 2026 09:30:07 -0000"}, 7.0, id="naive date"),
        pytest.param({"retry-after": "Sat, 21 Nov 2026 09:29:00 GMT"}, 0.0, id="past date"),
        pytest.param({"retry-after": "soon"}, None, id="unreadable"),
        pytest.param({"retry-after": "-5"}, None, id="negative"),
        pytest.param({"retry-after": "inf"}, None, id="infinite"),
        pytest.param({"retry-after": "Sat, 99 Nov 2026 09:30:07 GMT"}, None, id="no such day"),
        *(
            pytest.param(openai(reset), wait_s, id=f"reset {reset}")
            for reset, wait_s in (
                ("12ms", 0.012),
                ("6m0s", 360.0),
                ("1h2m3.5s", 3723.5),
                ("7", 7.0),
                ("soon", None),
                ("", None),
            )
        ),
        pytest.param(openai("9s", remaining="3"), None, id="something is left"),
        pytest.param(openai("9s") | {"retry-after": "2"}, 2.0, id="asked before reset"),
        pytest.param(
            openai("9s") | {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "40s"},
            40.0,
            id="the later of two",
        ),
        pytest.param(
            {
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-21T09:30:20Z",
            },
            20.0,
            id="reset at a moment",
        ),
    ],
)
def test_what_the_server_asks_for_is_read(headers: dict[str, str], wait_s: float | None) -> None:
    assert server_wait_s(headers, now=NOW) == wait_s


@given(st.text(max_size=60))
def test_any_header_is_a_wait_or_is_ignored(text: str) -> None:
    used_up = {"x-ratelimit-remaining-tokens": "0"}
    for name in ("retry-after", "retry-after-ms", "x-ratelimit-reset-tokens"):
        wait_s = server_wait_s({name: text} | used_up, now=NOW)

        assert wait_s is None or 0 <= wait_s < math.inf
