"""Decide how many requests may be under way at one time, from how the endpoint takes them."""

import math
from dataclasses import dataclass, replace

CUT = 0.8
"""Share of the limit that is left after an episode of 429s."""
RISE = 0.05
"""Share by which it grows after a clean round, by one request at least."""
COOLDOWN_S = 15.0
"""Seconds after a cut in which further 429s belong to the same episode and nothing grows.

It is fixed. A server's Retry-After may ask for hours; taken for the cooldown, one such reply
would keep a pull at a fraction of its speed for the rest of the night.
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Hold how many requests may be under way: at most ``ceiling``, now ``limit``.

    ``n_clean`` counts the replies without a 429 since the limit last changed; ``cut_at`` is
    when it was last cut.
    """

    ceiling: int
    limit: float
    n_clean: int = 0
    cut_at: float = -math.inf

    @property
    def n_allowed(self) -> int:
        """Return how many requests may be under way."""
        return int(self.limit)


def open_window(ceiling: int) -> Window:
    """Return a window that starts at its ceiling, which a person chose for this endpoint."""
    return Window(ceiling, float(ceiling))


def after_reply(window: Window, *, now: float) -> Window:
    """Return the window after a reply; it grows once a whole round of them was clean."""
    n_clean = window.n_clean + 1
    if n_clean < window.n_allowed or now < window.cut_at + COOLDOWN_S:
        return replace(window, n_clean=n_clean)
    grown = window.limit + max(1.0, window.limit * RISE)
    return replace(window, limit=min(float(window.ceiling), grown), n_clean=0)


def after_limit(window: Window, *, sent_at: float, now: float) -> Window:
    """Return the window after a 429 on a request that was sent at ``sent_at``.

    A burst of 429s is one episode: what was sent before the last cut, or comes within the
    cooldown after it, says nothing new. Errors of the server never come here: an endpoint
    that breaks is not one that is asked too much, and its breaker sees to it.
    """
    if sent_at <= window.cut_at or now < window.cut_at + COOLDOWN_S:
        return replace(window, n_clean=0)
    return replace(window, limit=max(1.0, window.limit * CUT), n_clean=0, cut_at=now)
