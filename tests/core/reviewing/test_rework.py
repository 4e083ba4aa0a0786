"""Pay for looking again: whose mistake it was decides, and no minute is booked twice."""

import pytest

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import Price
from evalhub.core.reviewing.rework import appeal_rejected, appeal_upheld, revised
from evalhub.core.reviewing.vocabulary import CaseKind

PRICE = Price(1_000, "USD", 10)  # 60.00 an hour
FREE = Price(0, "USD", 10)
TALK, RETURN = CaseKind.ADJUDICATION, CaseKind.REVIEW


def test_f10_a_talk_is_paid_by_the_hour() -> None:
    [entry] = revised(7, 1, TALK, PRICE, seconds=300.4)

    assert entry == Entry("review:7:rework:1", WorkKind.REWORK, 300, 500, "USD")


def test_what_lies_over_the_expected_minutes_says_so() -> None:
    paid, over = revised(7, 1, TALK, PRICE, seconds=660)

    assert (paid.seconds, paid.minor_units, paid.unpaid_reason) == (600, 1_000, None)
    assert (over.seconds, over.unpaid_reason) == (60, UnpaidReason.OVER_CAP)


def test_f09_rework_after_a_return_is_unpaid_while_the_return_stands() -> None:
    [entry] = revised(7, 1, RETURN, PRICE, seconds=300)

    assert (entry.seconds, entry.minor_units) == (300, 0)
    assert entry.unpaid_reason is UnpaidReason.REWORK


def test_f09_rework_after_a_reviewers_mistake_is_paid() -> None:
    entries = appeal_upheld(7, 1, PRICE, minutes=6, unpaid_seconds=300)

    assert [(one.kind, one.seconds, one.minor_units) for one in entries] == [
        (WorkKind.REWORK, -300, 0),
        (WorkKind.REWORK, 300, 500),
        (WorkKind.APPEAL, 360, 600),
    ]
    assert len({one.key for one in entries}) == 3


def test_f51_a_rejected_appeal_leaves_its_time_unpaid() -> None:
    [entry] = appeal_rejected(7, 1, minutes=6, currency="USD")

    assert (entry.seconds, entry.unpaid_reason) == (360, UnpaidReason.APPEAL)
    assert appeal_rejected(7, 1, minutes=0, currency="USD") == ()


def test_volunteers_minutes_are_counted_too() -> None:
    [looked] = revised(7, 1, TALK, FREE, seconds=60)
    *_, appealed = appeal_upheld(7, 1, FREE, minutes=1, unpaid_seconds=0)

    assert (looked.unpaid_reason, appealed.unpaid_reason) == (UnpaidReason.VOLUNTEER,) * 2


@pytest.mark.parametrize(("kind", "pays"), [(TALK, True), (CaseKind.REVIEW, False)])
def test_f09_time_that_nobody_counted_is_the_expected_one(kind: CaseKind, *, pays: bool) -> None:
    [booked] = revised(7, 1, kind, PRICE, seconds=None)

    assert booked.seconds == PRICE.cap_seconds
    assert (booked.minor_units == PRICE.minor_units) is pays


def test_without_time_nothing_is_booked() -> None:
    assert revised(7, 1, TALK, PRICE, seconds=0) == ()
    assert appeal_upheld(7, 1, PRICE, minutes=0, unpaid_seconds=0) == ()
