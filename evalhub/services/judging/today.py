"""Say what a person has done and earned today, so that work pays what it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.money import effective_hour
from evalhub.db import tables as t

_ENDED = (AssignmentStatus.SUBMITTED, AssignmentStatus.RELEASED)


@dataclass(frozen=True, slots=True)
class Earned:
    """Hold what was earned in one currency, and in how much active time as far as it is known.

    ``per_hour`` is in minor units; None where no time is known, as without scripts, since a
    rate over part of the time would promise too much, and where that
    is too short to tell.
    """

    currency: str
    minor_units: int
    per_hour: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """Hold how many comparisons were answered since midnight in UTC, in how much active time."""

    n_answered: int
    active_seconds: float
    earned: tuple[Earned, ...]


# From the person's assignments, which an index finds, to the few judgments of each. Built once, for
# every comparison page runs it.
_SINCE = (
    sa.select(
        t.assignment.c.pay_currency,
        t.assignment.c.pay_minor_units,
        sa.func.sum(t.judgment.c.active_seconds).label("seconds"),
        sa.func.min(t.judgment.c.created_at).label("first_at"),
    )
    .join(t.judgment, t.judgment.c.assignment_id == t.assignment.c.id)
    .where(
        t.assignment.c.person_id == sa.bindparam("person"),
        t.assignment.c.status.in_(_ENDED),
        t.assignment.c.ended_at >= sa.bindparam("midnight"),
    )
    .group_by(t.assignment.c.id)
)


def today_of(person_id: int, *, session: Session, now: datetime) -> Today:
    """Return what a person has answered and earned since midnight.

    A comparison counts on the day it was first answered; the time of its changes is added to
    it. "Cannot judge" is paid and counts like any other answer.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = session.connection().execute(_SINCE, {"person": person_id, "midnight": midnight})
    rows = [row for row in found if row.first_at >= midnight]
    return Today(
        n_answered=len(rows),
        active_seconds=sum(row.seconds or 0.0 for row in rows),
        earned=tuple(_earned(rows)),
    )


def _earned(rows: "Iterable[sa.Row[*tuple[object, ...]]]") -> "Iterable[Earned]":
    paid = [row for row in rows if row.pay_minor_units]
    for currency in sorted({row.pay_currency for row in paid}):
        mine = [row for row in paid if row.pay_currency == currency]
        total = sum(row.pay_minor_units for row in mine)
        times = [row.seconds for row in mine]
        per_hour = None if None in times else effective_hour(total, sum(times))
        yield Earned(currency, total, per_hour)
