"""Say how long a pull waits for an endpoint that has stopped answering."""

from dataclasses import dataclass

from evalhub.core.responses import ErrorKind

PASSING = frozenset(
    {ErrorKind.CONNECTION, ErrorKind.RATE_LIMITED, ErrorKind.SERVER, ErrorKind.TIMEOUT}
)
"""Failures that an endpoint which was down, restarted or overloaded gets over by itself."""

OF_PROMPTS = frozenset({ErrorKind.SERVER, ErrorKind.TIMEOUT})
"""Passing failures that may as well be the fault of one prompt, which fails every time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Bound the wait for an endpoint.

    After ``failures`` passing failures in a row it is taken to be down. It is then asked one
    question at a time: after ``first_wait_s``, and twice as late each time up to
    ``longest_wait_s``, until it answers or ``total_s`` are over. A question whose failure may
    be its own fault is asked again ``chances`` times at most.
    """

    failures: int = 5
    first_wait_s: float = 30.0
    longest_wait_s: float = 600.0
    total_s: float = 6 * 3600.0
    chances: int = 3

    def wait_s(self, n_tries: int) -> float:
        """Return how long to wait after ``n_tries`` tries that failed since it is down."""
        # The exponent is bounded: a float overflows long before somebody loses patience.
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(n_tries, 30))
