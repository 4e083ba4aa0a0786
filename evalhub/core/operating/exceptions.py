"""Say what went wrong without anybody saying so, who owes an answer, and until when.

An exception is read from the rows themselves: a claim that ran out, an endpoint that failed in a
pull. Only what people do about it is kept. It decides nothing about anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evalhub.core.pay.disputes import RESPONSE_TIME

TOLD_FOR = timedelta(days=30)
"""How long an exception is told; what nobody answered by then is past mending."""


class ExceptionKind(StrEnum):
    """What can go wrong without anybody saying so."""

    EXPIRED_CLAIM = "expired_claim"
    """A claim ran out before its comparison was judged."""
    ENDPOINT_FAILURE = "endpoint_failure"
    """An endpoint left prompts of a pull without an answer, and the pull is over."""


class ExceptionLevel(StrEnum):
    """Who owes the answer."""

    COORDINATION = "coordination"
    """Coordinators."""
    ADMINISTRATION = "administration"
    """Admins beside them, once the answer is late."""


@dataclass(frozen=True, slots=True)
class ExceptionMove:
    """Hold what somebody did about an exception: took it in hand, or answered it."""

    person_id: int
    person: str
    words: str
    at: datetime
    is_answer: bool


@dataclass(frozen=True, slots=True)
class ExceptionStanding:
    """Hold who owes an answer until when, and who has it in hand: by row and by name."""

    level: ExceptionLevel
    due_at: datetime
    is_overdue: bool
    owner_id: int | None
    owner: str | None


def exception_key(kind: ExceptionKind, *ids: int) -> str:
    """Return what an exception is known by: the rows it is about."""
    return ":".join((kind.value, *map(str, ids)))


def standing_of(
    since: datetime, moves: Sequence[ExceptionMove], now: datetime
) -> ExceptionStanding:
    """Return how an exception that arose at ``since`` and is not answered stands at ``now``.

    Whoever took it in hand and let it lie holds it no longer once it is late: the next level must
    be able to act.
    """
    due_at, level = since + RESPONSE_TIME, ExceptionLevel.COORDINATION
    taken = [one for one in moves if not one.is_answer]
    if now > due_at:
        taken = [one for one in taken if one.at > due_at]
        due_at, level = due_at + RESPONSE_TIME, ExceptionLevel.ADMINISTRATION
    is_overdue = now > due_at
    if not taken or is_overdue:
        # There is no level above: what its owner let lie is anybody's.
        return ExceptionStanding(level, due_at, is_overdue, None, None)
    return ExceptionStanding(level, due_at, is_overdue, taken[-1].person_id, taken[-1].person)
