"""Decide whether and when to ask again, within attempts and total time."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(
    r"(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?"
)
_LIMITED = ("requests", "tokens", "input-tokens", "output-tokens")
_LIMITS = tuple(
    names
    for what in _LIMITED
    for names in (
        (f"x-ratelimit-remaining-{what}", f"x-ratelimit-reset-{what}"),
        (f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset"),
    )
)
"""Headers that say what remains of a limit, and when it is whole again."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bound the attempts and the total time of one question.

    The wait before attempt n+1 is drawn uniformly from 0 to ``base_s`` * 2**(n-1), at most
    ``cap_s`` (full jitter), and never less than what the server asked for.
    """

    max_attempts: int
    total_s: float
    base_s: float = 0.5
    cap_s: float = 30.0


def next_wait_s(
    policy: RetryPolicy,
    *,
    n_attempts: int,
    elapsed_s: float,
    server_wait_s: float | None,
    draw: float,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up.

    ``draw`` lies in [0, 1). A server that asks for longer than what is left of the total
    time is not waited for: the answer could not be used any more.
    """
    if n_attempts >= policy.max_attempts:
        return None
    # Full jitter: askers that were turned away together must not come back together.
    ceiling = min(policy.cap_s, policy.base_s * 2 ** (n_attempts - 1))
    wait_s = max(draw * ceiling, server_wait_s or 0.0)
    return wait_s if elapsed_s + wait_s < policy.total_s else None


def server_wait_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the wait that a reply's headers ask for, or None.

    ``retry-after-ms`` comes first, then ``retry-after`` as seconds, then as an HTTP date,
    then the reset of each limit of which nothing remains, as a duration (OpenAI: ``6m0s``)
    or a moment (Anthropic). ``headers`` has lower-case names; what cannot be read is ignored.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    # A date is read against this machine's clock; where that is wrong the total time bounds it.
    seconds = _number(text)
    if seconds is None:
        seconds = _until(text, now)
    return seconds if seconds is not None else _until_reset(headers, now)


def _until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return when the last of the used-up limits is renewed, for servers that say only that."""
    waits = [
        _reset_s(headers.get(reset, ""), now)
        for remaining, reset in _LIMITS
        # The headers come with every reply; a limit with something left is no reason to wait.
        if headers.get(remaining, "").strip() == "0"
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _reset_s(text: str, now: datetime) -> float | None:
    seconds = _number(text)
    match = _DURATION.fullmatch(text.strip())
    if seconds is None and match is not None and match[0]:
        hours, minutes, rest, milliseconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + rest + milliseconds / 1000
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _left_s(moment, now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return _left_s(moment, now)


def _left_s(moment: datetime, now: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
