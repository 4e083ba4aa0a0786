"""The database itself keeps an event from being booked twice, or against the rules."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.db.engine import Database
from evalhub.db.models import PayEntry
from evalhub.services.paying.booking import book
from tests.factories import make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import FORM, Desk, small_rubric

MINUTE = timedelta(minutes=1)


def entries(session: Session) -> list[PayEntry]:
    return list(session.exec(select(PayEntry).order_by(sa.text("id"))))


ENTRY = Entry("assessment:1", WorkKind.ASSESSMENT, 3_600, 2_000, "USD")


def test_an_event_that_is_booked_again_changes_nothing(session: Session, now: datetime) -> None:
    person = make_person(session)

    first = book([ENTRY], person_id=person.id, session=session, now=now)
    second = book([ENTRY], person_id=person.id, session=session, now=now + MINUTE)

    assert (first, second) == (1, 0)
    assert [row.booked_at for row in entries(session)] == [now]


def test_f51_what_two_book_at_once_is_paid_once(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        person_id = make_person(session).id

    for _ in range(2):
        with database.transaction() as session:
            book([ENTRY], person_id=person_id, session=session, now=now)

    with database.transaction(write=False) as session:
        assert len(entries(session)) == 1


@pytest.mark.parametrize(
    "values",
    [{"minor_units": -1}, {"minor_units": 5, "unpaid_reason": "rework"}],
    ids=["taken back", "unpaid with money"],
)
def test_the_database_refuses_an_entry_that_breaks_the_rules(
    session: Session, now: datetime, values: dict[str, object]
) -> None:
    row = {"key": "k", "person_id": make_person(session).id, "kind": "rework", "currency": "USD"}

    with pytest.raises(sa.exc.IntegrityError):
        session.connection().execute(
            sa.insert(PayEntry.__table__).values(**row, booked_at=now, **values)  # type: ignore[attr-defined]  # SQLModel types no table
        )


def test_time_that_ran_out_moves_on_both_databases(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, rubric=small_rubric(session))
    lease = campaign.must_lease(campaign.people[0], now)
    expired = Entry(
        f"assignment:{lease.id}:expired", WorkKind.COMPARISON, 60, 0, "USD", UnpaidReason.EXPIRED
    )
    book([expired], person_id=lease.person_id, assignment_id=lease.id, session=session, now=now)

    desk = Desk(campaign, lease, session, now)
    desk.submit([*FORM, ("active_seconds", "90")], at=now + 2 * MINUTE)

    assert [row.seconds for row in entries(session)] == [60, -60, 90]
