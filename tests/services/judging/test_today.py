"""What a person has answered and earned since midnight."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from evalhub.core.money import hourly_rate
from evalhub.db.models import Assignment
from evalhub.services.judging.today import Earned, Today, today_of
from tests.services.judging.conftest import FORM, Desk, changed


def pay(desk: Desk, minor_units: int, currency: str = "EUR") -> None:
    """Let the comparison in hand be paid."""
    row = desk.session.get_one(Assignment, desk.lease.id)
    row.pay_minor_units, row.pay_currency = minor_units, currency
    desk.session.flush()


def today(desk: Desk, at: datetime | None = None) -> Today:
    return today_of(desk.lease.person_id, session=desk.session, now=at or desk.now)


def test_before_the_first_answer_nothing_is_earned(desk: Desk) -> None:
    pay(desk, 1400)

    assert today(desk) == Today(0, 0.0, ())


def test_a_change_adds_its_time_and_no_second_pay(desk: Desk) -> None:
    pay(desk, 1400)
    first, later = (desk.now + timedelta(minutes=n) for n in (15, 20))

    desk.submit([*FORM, ("active_seconds", "900")], at=first)
    desk.submit([*changed(overall="3"), ("active_seconds", "300")], at=later, over=1)

    assert today(desk, later) == Today(1, 1200.0, (Earned("EUR", 1400, 4_200),))


@pytest.mark.parametrize(
    ("seconds", "per_hour"), [(2, None), (599, None), (600, 8_400)], ids=["at once", "short", "ten"]
)
def test_a_rate_is_told_from_ten_minutes_on(desk: Desk, seconds: int, per_hour: int | None) -> None:
    pay(desk, 1400)

    later = desk.now + timedelta(minutes=15)

    desk.submit([*FORM, ("active_seconds", str(seconds))], at=later)

    (earned,) = today(desk, later).earned
    assert earned.per_hour == per_hour


def test_cannot_judge_is_paid_like_any_answer(desk: Desk) -> None:
    pay(desk, 500)
    form = [*changed(overall="cannot_judge"), ("cannot_judge_reason", "contested")]

    desk.submit(form)

    found = today(desk)
    assert found.n_answered == 1
    assert found.earned == (Earned("EUR", 500, None),)


def test_without_a_known_time_no_rate_is_promised(desk: Desk) -> None:
    pay(desk, 1400)
    desk.submit()

    (earned,) = today(desk).earned

    assert (earned.minor_units, earned.per_hour) == (1400, None)


def test_yesterday_counts_no_more_and_others_never(desk: Desk) -> None:
    pay(desk, 1400)
    desk.submit()
    other = desk.campaign.people[1]

    assert today(desk, desk.now + timedelta(days=1)).n_answered == 0
    assert today_of(other.id, session=desk.session, now=desk.now).n_answered == 0


def test_what_was_given_back_is_no_answer(desk: Desk, session: Session) -> None:
    desk.submit([*changed(triage__competence="out_of_scope")])

    assert today(desk).n_answered == 0


@given(st.integers(0, 10**9), st.floats(0.1, 86_400))
def test_a_rate_is_never_more_than_was_reached(minor_units: int, seconds: float) -> None:
    rate = hourly_rate(minor_units, seconds)

    assert rate * seconds <= minor_units * 3600 * (1 + 1e-12)
    assert (rate + 1) * seconds >= minor_units * 3600 * (1 - 1e-12)


@pytest.mark.parametrize(
    ("minor_units", "seconds", "rate"), [(1400, 3600, 1400), (1, 3601, 0), (0, 5, 0)]
)
def test_rates_by_hand(minor_units: int, seconds: float, rate: int) -> None:
    assert hourly_rate(minor_units, seconds) == rate
