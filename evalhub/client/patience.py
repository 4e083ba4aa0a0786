"""Decide how long to wait before a request is sent again, and when to give up."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from evalhub.client.errors import Unreachable


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Hold how often something is tried and how long the waits between are.

    Waits double from ``first_wait_s`` to ``longest_wait_s`` and are drawn from their upper half,
    so that programs which were cut off together do not all come back together.
    """

    attempts: int = 6
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0
    longest_asked_s: float = 120.0
    """How long a ``Retry-After`` may be to be obeyed; what asks for more is raised at once."""


@dataclass(slots=True)
class Patience:
    """Count the tries of one thing; ``progress`` begins the count anew."""

    policy: RetryPolicy
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    _n_failed: int = 0

    def progress(self) -> None:
        """Note that the last try brought something, so that the next failure is the first."""
        self._n_failed = 0

    def wait(self, reason: str, *, asked_s: float = 0.0) -> None:
        """Wait before the next try; raise ``Unreachable`` with ``reason`` after the last one.

        Neither is a wait obeyed that lasts an hour: that is news for whoever called.
        """
        if asked_s > self.policy.longest_asked_s:
            raise Unreachable(f"The server asks to come back in {asked_s:,.0f} s: {reason}")
        self._n_failed += 1
        if self._n_failed >= self.policy.attempts:
            tries = f"{self._n_failed} tries" if self._n_failed > 1 else "1 try"
            raise Unreachable(f"Gave up after {tries}: {reason}")
        longest = self.policy.first_wait_s * 2 ** (self._n_failed - 1)
        drawn = min(longest, self.policy.longest_wait_s) * self.rng.uniform(0.5, 1.0)
        self.sleep(max(drawn, asked_s))
