"""A person's ledger is read back: in all, beside what projects offer, and by month."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.statements import Month
from evalhub.core.people import Origin
from evalhub.db.models import Person
from evalhub.errors import NotFound
from evalhub.services.paying.booking import book
from evalhub.services.paying.pdf import statement_pdf
from evalhub.services.paying.reading import (
    booked_of,
    months_of,
    offered_lately,
    statement_of,
    statements_of,
)
from tests.factories import make_person, make_project

NOVEMBER = Month(2026, 11)


def put(
    session: Session,
    person: Person,
    key: str,
    minutes: int,
    *,
    at: datetime,
    pay: int = 0,
    project_id: int | None = None,
    reason: UnpaidReason | None = None,
) -> None:
    """Book one entry."""
    entry = Entry(key, WorkKind.COMPARISON, minutes * 60, pay, "USD", reason)
    book([entry], person_id=person.id, project_id=project_id, session=session, now=at)


@pytest.fixture
def ada(session: Session, now: datetime) -> Person:
    """Give a person with an hour paid, among entries of somebody else."""
    put(session, make_person(session), "noise", 600, pay=99_999, at=now)
    person = make_person(session, name="Ada Example")
    put(session, person, "old", 30, at=now - timedelta(days=40), reason=UnpaidReason.RETURNED)
    project = make_project(session, slug="acute")
    project.pay_minor_units, project.expected_minutes = 1_000, 10
    session.flush()
    put(session, person, "new", 60, pay=6_000, at=now, project_id=project.id)
    return person


def test_entries_come_back_in_order_with_their_project(session: Session, ada: Person) -> None:
    old, new = booked_of(ada.id, session=session)

    assert (old.project, old.domain, old.entry.unpaid_reason) == ("", "", UnpaidReason.RETURNED)
    assert (new.project, new.domain, new.entry.minor_units) == ("acute", "general", 6_000)


def test_the_offer_stands_beside_the_last_thirty_days(
    session: Session, ada: Person, now: datetime
) -> None:
    (before,) = offered_lately(ada.id, session=session, now=now)

    assert before.price.per_hour == 6_000
    assert (before.lately.per_hour, before.n_priced) == (6_000, 1)
    assert offered_lately(ada.id, session=session, now=now + timedelta(days=31)) == []


def test_months_are_those_with_entries(session: Session, ada: Person) -> None:
    assert months_of(ada.id, session=session) == [Month(2026, 11), Month(2026, 10)]


def test_a_statement_holds_its_month_alone(session: Session, ada: Person, now: datetime) -> None:
    put(session, ada, "midnight", 5, at=datetime(2026, 12, 1, tzinfo=UTC))

    found = statement_of(ada.id, NOVEMBER, session=session, now=now)

    assert [one.entry.key for one in found.booked] == ["new"]
    assert (found.name, found.is_open) == ("Ada Example", True)


def test_a_month_that_has_not_begun_has_no_statement(
    session: Session, ada: Person, now: datetime
) -> None:
    with pytest.raises(NotFound, match="not begun"):
        statement_of(ada.id, Month(2026, 12), session=session, now=now)


def test_a_payroll_is_everybody_with_entries_who_is_a_person(
    session: Session, ada: Person, now: datetime
) -> None:
    made_up = make_person(session, origin=Origin.SIMULATED)
    put(session, made_up, "simulated", 5, at=now)

    found = list(statements_of(NOVEMBER, session=session, now=now))

    assert ada.public_id in {one.public_id for one in found}
    assert made_up.public_id not in {one.public_id for one in found}
    assert len(found) == 2


def test_the_pdf_of_a_month_is_the_same_file_every_time(
    session: Session, ada: Person, now: datetime
) -> None:
    statement = statement_of(ada.id, NOVEMBER, session=session, now=now)

    first, second = statement_pdf(statement), statement_pdf(statement)

    assert first == second
    assert first.startswith(b"%PDF")
