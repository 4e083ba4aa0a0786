"""Attempts end with a reply, a hopeless failure, or the bounds."""

import asyncio
from dataclasses import dataclass, field

from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.retrying import RetryPolicy
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.retry import Attempt, Timing, attempt_until_done

POLICY = RetryPolicy(max_attempts=10, total_s=100.0, base_s=8.0, cap_s=1000.0)


@dataclass
class World:
    """A clock that moves only as attempts and waits take time."""

    takes_s: float
    now: float = 0.0
    allowed: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def timing(self) -> Timing:
        """Return a timing of this world."""
        return Timing(monotonic=lambda: self.now, sleep=self.sleep, draw=lambda: 1.0)

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waited.append(seconds)
        self.now += seconds

    async def fail(self, allowed_s: float) -> Attempt:
        """Take time and fail."""
        self.allowed.append(allowed_s)
        self.now += min(self.takes_s, allowed_s)
        return Attempt(Failure(ErrorKind.SERVER, "no"))


def test_the_total_time_bounds_attempts_and_waits() -> None:
    world = World(takes_s=20.0)

    _, n_attempts = asyncio.run(
        attempt_until_done(world.fail, POLICY, attempt_s=30.0, timing=world.timing())
    )

    assert n_attempts == 3
    assert world.waited == [8.0, 16.0]
    assert world.allowed == [30.0, 30.0, 30.0]
    assert world.now <= POLICY.total_s


def test_the_last_attempt_gets_only_what_is_left() -> None:
    world = World(takes_s=60.0)

    asyncio.run(attempt_until_done(world.fail, POLICY, attempt_s=60.0, timing=world.timing()))

    assert world.allowed == [60.0, 32.0]


def test_a_reply_ends_it() -> None:
    async def answer(_allowed_s: float) -> Attempt:
        return Attempt(Reply("Yes."))

    attempt, n_attempts = asyncio.run(
        attempt_until_done(answer, POLICY, attempt_s=1.0, timing=Timing())
    )

    assert (attempt.result, n_attempts) == (Reply("Yes."), 1)


def test_the_dice_lie_between_zero_and_one() -> None:
    assert 0 <= Timing().draw() < 1


def test_time_in_which_our_own_limits_held_it_back_is_not_counted() -> None:
    world = World(takes_s=0.0)

    async def held_back(allowed_s: float) -> Attempt:
        world.allowed.append(allowed_s)
        world.now += 500.0
        return Attempt(Failure(ErrorKind.SERVER, "no"), held_s=500.0)

    asyncio.run(attempt_until_done(held_back, POLICY, attempt_s=200.0, timing=world.timing()))

    # Only the waits between attempts count: 8 s, then 16 s, then 32 s.
    assert world.allowed == [100.0, 92.0, 76.0, 44.0]
