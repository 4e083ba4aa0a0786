"""Space requests so that a limit a minute is kept, in requests and in tokens.

Requests are spaced evenly and never saved up. Providers judge a minute's limit over one to ten
seconds, so a burst that the minute would allow is turned away all the same; and a share that
another worker takes over begins without any history, yet exceeds the limit by one request at most.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evalhub.core.canonical import Json

MINUTE_S = 60.0
CHARACTERS_A_TOKEN = 4
"""A rule of thumb for European languages; the usage that comes back corrects it."""
FIRST_GUESS = 500
"""Tokens an answer is taken to have where neither a limit nor an earlier answer tells."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Hold a limit a minute, and from when on it has room again (in seconds of some clock).

    This is the generic cell rate algorithm without burst: what is taken moves ``free_at`` on by
    the time in which the limit lets that much through.
    """

    per_minute: int
    free_at: float = -math.inf


def take(pace: Pace, *, amount: float, now: float) -> tuple[Pace, float]:
    """Return the pace after ``amount`` was taken, and how many seconds to wait before it is used.

    The wait is for what was taken before; a single amount above the limit is let through,
    since nothing could ever send it otherwise, and paid for by those that follow.
    """
    begins_at = max(pace.free_at, now)
    return correct(replace(pace, free_at=begins_at), by=amount), begins_at - now


def correct(pace: Pace, *, by: float) -> Pace:
    """Return the pace when ``by`` more (or, below zero, less) was used than was taken."""
    return replace(pace, free_at=pace.free_at + by * MINUTE_S / pace.per_minute)


LIMIT_NAMES = (
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"),
    "num_predict",
)
"""Parameters that bound an answer, as the dialects and their servers name them."""


def longest_answer(parameters: Mapping[str, Json]) -> int | None:
    """Return the most tokens that an answer may have by ``parameters``, or None."""
    found = [parameters.get(name) for name in LIMIT_NAMES]
    # A bool is an int to Python, and a limit of one token to nobody.
    limits = [value for value in found if isinstance(value, int) and not isinstance(value, bool)]
    return min((limit for limit in limits if limit > 0), default=None)


def guessed_tokens(n_characters: float, expected: float) -> float:
    """Return how many tokens a question of ``n_characters`` and its answer may come to."""
    return n_characters / CHARACTERS_A_TOKEN + expected
