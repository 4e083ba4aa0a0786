"""Try an attempt again while the attempts and the total time last."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.retrying import RetryPolicy, next_wait_s


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold what one attempt ended in; ``held_s`` is how long our own limits held it back."""

    result: Reply | Failure
    raw_body: str = ""
    latency_ms: float | None = None
    server_wait_s: float | None = None
    held_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Hold the clock, the sleep and the dice of the retry loop."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)


AttemptOnce: TypeAlias = Callable[[float], Awaitable[Attempt]]
"""Make one attempt that may take as many seconds as it is given."""


async def attempt_until_done(
    attempt_once: AttemptOnce, policy: RetryPolicy, *, attempt_s: float, timing: Timing
) -> tuple[Attempt, int]:
    """Return the last attempt and how many were made.

    A reply or a hopeless failure ends it at once. No attempt may take longer than
    ``attempt_s`` or than what is left of the policy's total time. Time in which our own
    limits held an attempt back is not counted: with ten requests a minute the sixtieth in
    line would else fail before it was ever sent.
    """
    started = timing.monotonic()
    n_attempts = 0
    while True:
        # A sleep may end late and leave nothing: the attempt then fails at once, as it should.
        left_s = max(0.0, policy.total_s - (timing.monotonic() - started))
        attempt = await attempt_once(min(attempt_s, left_s))
        started += attempt.held_s
        n_attempts += 1
        if isinstance(attempt.result, Reply) or attempt.result.is_hopeless:
            return attempt, n_attempts
        wait_s = next_wait_s(
            policy,
            n_attempts=n_attempts,
            elapsed_s=timing.monotonic() - started,
            server_wait_s=attempt.server_wait_s,
            draw=timing.draw(),
        )
        if wait_s is None:
            return attempt, n_attempts
        await timing.sleep(wait_s)
