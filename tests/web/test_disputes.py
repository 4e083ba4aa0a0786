"""Disputes on pages: two clicks to open, a queue to answer, every answer readable."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import PayEntry
from evalhub.services.paying.booking import book
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OPEN, OWN, QUEUE = "/work/earnings/dispute", "/work/earnings/disputes", "/disputes"


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> FlaskClient:
    """Give the browser of somebody with an unpaid entry."""
    person = sign_in(client, {Role.ANNOTATOR}, name="Ada Example")
    entry = Entry("one:over", WorkKind.COMPARISON, 600, 0, "USD", UnpaidReason.OVER_CAP)
    with database.transaction() as session:
        book([entry], person_id=person.id, session=session, now=clock.moment)
    return client


@pytest.fixture
def coordinator(expert: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """Give the browser of a coordinator."""
    browser = expert.application.test_client()
    sign_in(browser, {Role.COORDINATOR}, name="Cora Coordinator")
    return browser


def dispute(expert: FlaskClient) -> None:
    page = expert.get(f"{OPEN}?entry=one:over")
    data = fill(page, OPEN, reason="It was <b>long</b>.", minutes="5")
    assert expert.post(OPEN, data=data).location == OWN


def answer(browser: FlaskClient, **fields: str) -> int:
    data = fill(browser.get(QUEUE), f"{QUEUE}/1", **fields)
    return browser.post(f"{QUEUE}/1", data=data).status_code


def test_f51_a_dispute_is_opened_in_two_clicks(expert: FlaskClient) -> None:
    # The first click is the link beside the entry, the second the button of its form.
    assert f'href="{OPEN}?entry=one:over"' in expert.get("/work/earnings").text

    dispute(expert)

    page = expert.get(OWN).text
    assert "It was &lt;b&gt;long&lt;/b&gt;." in page
    assert "Coordination, answers by" in page


def test_f51_the_answer_and_its_money_reach_the_expert(
    expert: FlaskClient, coordinator: FlaskClient, database: Database
) -> None:
    dispute(expert)
    assert "Ada Example" in coordinator.get(QUEUE).text

    status = answer(coordinator, step="upheld", pay="7.50", reason="You are right.")

    page = expert.get(OWN).text
    with database.transaction(write=False) as session:
        money = session.exec(select(PayEntry.minor_units)).all()
    assert (status, sum(money)) == (303, 750)
    assert "You are right." in page
    assert "7.50 USD are added." in page
    assert "Answered for good" in page
    assert "Cora" not in page
    assert "No dispute waits for you." in coordinator.get(QUEUE).text


def test_f51_a_refusal_is_appealed_to_the_administration(
    expert: FlaskClient, coordinator: FlaskClient
) -> None:
    dispute(expert)
    answer(coordinator, step="rejected", reason="It was not.")

    form = fill(expert.get(OWN), f"{OWN}/1/appeal", reason="It was.")
    appealed = expert.post(f"{OWN}/1/appeal", data=form)

    assert appealed.status_code == 303
    assert "Administration, answers by" in expert.get(OWN).text
    assert expert.post(f"{OWN}/1/appeal", data=form).status_code == 409


def test_an_answer_that_breaks_a_rule_comes_back_as_typed(
    expert: FlaskClient, coordinator: FlaskClient
) -> None:
    dispute(expert)
    page = coordinator.get(QUEUE)
    data = fill(page, f"{QUEUE}/1", step="rejected", pay="3", reason="No, but some.")

    refused = coordinator.post(f"{QUEUE}/1", data=data)

    assert refused.status_code == 422
    assert "a refusal owes nothing" in refused.text
    assert form_of(refused, f"{QUEUE}/1").values["pay"] == ["3"]
    assert "No, but some." in refused.text


def test_the_same_entry_is_not_disputed_twice(expert: FlaskClient) -> None:
    dispute(expert)
    page = expert.get(f"{OPEN}?entry=one:over")

    again = expert.post(OPEN, data=fill(page, OPEN, reason="Again.", minutes="0"))

    assert again.status_code == 409
    assert "Again." in again.text


@pytest.mark.parametrize("entry", ["", "nobody:s", "one"])
def test_what_is_no_entry_of_ones_own_cannot_be_disputed(expert: FlaskClient, entry: str) -> None:
    assert expert.get(f"{OPEN}?entry={entry}").status_code == 404


def test_what_is_late_is_said_to_be_overdue(expert: FlaskClient, clock: Clock) -> None:
    dispute(expert)
    clock.advance(days=11)

    assert "Overdue" in expert.get(OWN).text


def test_without_disputes_it_says_so(expert: FlaskClient) -> None:
    assert "You have disputed nothing." in expert.get(OWN).text
