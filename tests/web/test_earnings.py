"""Earnings: what was booked, what it comes to, and the files of a month."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind, moved
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.services.paying.booking import book
from tests.factories import make_project
from tests.web.conftest import Clock, SignIn
from tests.web.desk import Desk, answers, make_desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/work/earnings"


@pytest.fixture
def ada(client: FlaskClient, sign_in: SignIn) -> Person:
    return sign_in(client, {Role.ANNOTATOR})


def put(database: Database, person: Person, clock: Clock, *entries: Entry) -> None:
    """Book ``entries`` of a project that pays ten dollars for ten minutes."""
    with database.transaction() as session:
        project = make_project(session, slug="acute")
        project.pay_minor_units = 1_000
        book(entries, person_id=person.id, project_id=project.id, session=session, now=clock.moment)


HOUR = Entry("one", WorkKind.COMPARISON, 3_600, 6_000, "USD")
LOST = Entry("two", WorkKind.COMPARISON, 1_800, 0, "USD", UnpaidReason.RETURNED)


def test_f21_the_page_shows_the_effective_hour_and_the_unpaid_reasons(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    put(database, ada, clock, HOUR, LOST)

    page = client.get(PAGE).text

    assert "40.00 USD" in page
    assert "60.00 USD" in page
    assert "Given back unjudged" in page
    assert "30\u00a0min" in page


def test_time_that_moved_stands_in_the_list_with_its_sign_before_the_whole(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    lost = Entry("three", WorkKind.COMPARISON, 4_200, 0, "USD", UnpaidReason.EXPIRED)
    put(database, ada, clock, HOUR, lost, moved(lost))

    page = client.get(PAGE).text

    assert "\u22121\u00a0h 10\u00a0min" in page
    # The two come to nothing, so no reason is given for unpaid time.
    assert "<dt>The time to judge ran out</dt>" not in page


def test_what_a_project_offers_stands_beside_what_it_came_to(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    put(database, ada, clock, HOUR, LOST)

    row = client.get(PAGE).text.split("What projects offer")[1].split("</section>")[0]

    assert "10.00 USD" in row
    assert "60.00 USD" in row
    assert "40.00 USD" in row


def test_before_anything_is_booked_it_says_so(client: FlaskClient, ada: Person) -> None:
    assert "Nothing was booked yet" in client.get(PAGE).text


def test_a_minute_of_work_makes_no_hour(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    put(database, ada, clock, Entry("one", WorkKind.COMPARISON, 60, 6_000, "USD"))

    page = client.get(PAGE).text

    assert "3,600.00 USD" not in page
    assert page.count("too little time to tell") == 3
    assert "from ten minutes of counted time on" in page


def test_what_was_judged_without_scripts_has_no_hour(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    put(database, ada, clock, Entry("one", WorkKind.COMPARISON, None, 6_000, "USD"))

    page = client.get(PAGE).text

    assert "1 without a noted time" in page
    assert "no time noted" in page
    assert "All of your time was paid." in page


def test_f22_the_files_of_a_month_hold_what_the_page_shows(
    client: FlaskClient, database: Database, ada: Person, clock: Clock
) -> None:
    put(database, ada, clock, HOUR, LOST)
    month = f"{clock.moment:%Y-%m}"

    page = client.get(PAGE).text
    table = client.get(f"{PAGE}/{month}.csv")
    sheet = client.get(f"{PAGE}/{month}.pdf")

    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert f'href="{PAGE}/{month}.pdf"' in page
    assert sum(int(row["seconds"]) for row in rows) == 5_400
    assert [row["amount"] for row in rows] == ["60.00", "0.00"]
    assert (sheet.mimetype, sheet.data[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"{PAGE}/{month}.pdf").data == sheet.data


@pytest.mark.parametrize("name", ["2026-13.csv", "x.pdf", "9000-01.csv"])
def test_a_month_that_is_none_has_no_file(client: FlaskClient, ada: Person, name: str) -> None:
    assert client.get(f"{PAGE}/{name}").status_code == 404


def test_nobody_reads_what_others_earned(
    client: FlaskClient, database: Database, ada: Person, clock: Clock, sign_in: SignIn
) -> None:
    put(database, ada, clock, HOUR)
    sign_in(client, {Role.ANNOTATOR}, name="Grace Other")

    month = client.get(f"{PAGE}/{clock.moment:%Y-%m}.csv").text

    assert "Nothing was booked yet" in client.get(PAGE).text
    assert len(month.splitlines()) == 1


@pytest.fixture
def desk(client: FlaskClient, database: Database, ada: Person) -> Desk:
    return make_desk(client, database, ada)


def test_f18_the_band_is_shown_before_the_claim(desk: Desk) -> None:
    desk.change_project(pay_tier="professional", pay_minor_units=1_000)

    page = desk.client.get("/work").text

    assert "Professional" in page
    assert "50.00 USD an hour at least" in page
    assert "60.00 USD an hour at the expected minutes" in page


def test_a_judgment_leads_to_its_entry(desk: Desk) -> None:
    desk.change_project(pay_minor_units=1_000)
    desk.send(desk.open(), answers())

    assert 'href="/work/earnings"' in desk.client.get("/work").text
    assert "10.00 USD" in desk.client.get(PAGE).text
