"""The pages on which keys are contested and decided about."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person, RoleGrant
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.assessed import make_assessment, make_field
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, forms_of, token_of
from tests.web.test_applying import ASSESSMENT, answer, begin

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAY = f"{ASSESSMENT}/2/contest"


@pytest.fixture
def person(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Person:
    """Sign in somebody who has handed an assessment in, with one of three pairs right."""
    with database.transaction() as session:
        small_rubric(session)
        make_field(session, clock())
        make_assessment(session, clock())
    person = sign_in(client)
    begin(client)
    answer(client, 1, "-1")
    answer(client, 2, "1")
    end = f"{ASSESSMENT}/end"
    client.post(end, data=fill(client.get(ASSESSMENT), end))
    return person


@pytest.fixture
def desk(app: Flask, sign_in: SignIn) -> FlaskClient:
    """Give the browser of a coordinator."""
    browser = app.test_client()
    sign_in(browser, {Role.COORDINATOR}, name="Cora Coordinator")
    return browser


@pytest.fixture
def contest(client: FlaskClient, person: Person, desk: FlaskClient) -> str:
    """Let the person contest a key, and return the page on which it is decided."""
    client.post(WAY, data=fill(client.get(WAY), WAY, reason="B says <it>."))
    found = re.search(r"/contests/[0-9a-f]{16}", desk.get("/contests").text)
    assert found
    return found.group()


def test_f16_a_pair_is_seen_again_and_its_key_contested(
    client: FlaskClient, person: Person
) -> None:
    before = client.get(WAY)
    sent = client.post(WAY, data=fill(before, WAY, reason="B says <it>."))

    page = client.get(WAY)

    assert "It did not count as right." in before.text
    assert "It counted as right." in client.get(f"{ASSESSMENT}/1/contest").text
    assert "You did not answer this pair." in client.get(f"{ASSESSMENT}/3/contest").text
    assert (sent.status_code, forms_of(page)) == (303, [])
    assert "B says &lt;it&gt;." in page.text
    assert "by those who run projects" in page.text
    assert "you contested its key" in client.get(ASSESSMENT).text


def test_f16_the_key_itself_is_not_on_the_page(client: FlaskClient, person: Person) -> None:
    for number in (1, 2, 3):
        page = client.get(f"{ASSESSMENT}/{number}/contest").text
        assert "names the dose" not in page
        assert "accepts" not in page
    assert "names the dose" not in client.get(ASSESSMENT).text


def test_what_cannot_be_contested_is_refused(client: FlaskClient, person: Person) -> None:
    blank = client.post(WAY, data={**fill(client.get(WAY), WAY), "reason": " "})
    token = fill(client.get(WAY), WAY)["csrf_token"]
    ways = {
        f"{ASSESSMENT}/4/contest": 404,
        "/apply/law/assessment/1/contest": 404,
    }

    assert blank.status_code == 422
    for way, status in ways.items():
        assert client.get(way).status_code == status
        assert client.post(way, data={"csrf_token": token, "reason": "x"}).status_code == status


def test_nothing_is_shown_again_while_the_clock_runs(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        small_rubric(session)
        make_field(session, clock())
        make_assessment(session, clock())
    sign_in(client)
    begin(client)

    assert client.get(WAY).status_code == 409


def test_f16_whoever_decides_sees_the_pair_and_no_name(desk: FlaskClient, contest: str) -> None:
    listed, page = desk.get("/contests").text, desk.get(contest).text

    for text in (listed, page):
        assert "Ada Example" not in text
    assert "B says &lt;it&gt;." in page
    assert "both the same: <bdi>A names the dose.</bdi>" in page


def test_f16_whoever_decides_is_told_who_reads_the_reason(desk: FlaskClient, contest: str) -> None:
    page = desk.get(contest).text

    assert "Whoever objected reads it" in page
    assert "without telling which answers are right" in page
    assert "everybody whose attempt it grades does" not in page


def test_f16_an_overturned_key_is_read_by_everybody_it_concerns(
    client: FlaskClient, desk: FlaskClient, contest: str
) -> None:
    data = fill(desk.get(contest), contest, outcome="overturned", reason="Both hold.")
    done = desk.post(contest, data={**data, "accepts": ["0", "1"]})
    application = re.search(r"/applications/[0-9a-f]{16}", desk.get("/applications").text)
    assert application
    decided = desk.get(application.group()).text

    page = client.get(ASSESSMENT).text

    assert done.status_code == 303
    for text in (page, decided):
        assert "The key of pair 2 was mended" in text
        assert "Before 1 of 3 were right, now 2 of 3." in text
        assert "That reaches what is asked; it did not before." in text
    assert "the key was wrong" in page
    assert "Both hold." in client.get(WAY).text


def test_a_decision_without_a_reason_or_another_key_is_refused(
    desk: FlaskClient, contest: str
) -> None:
    page = desk.get(contest)
    data = fill(page, contest, reason="So.")

    for changes in (
        {"outcome": ""},
        {"outcome": "overturned"},
        {"outcome": "upheld", "reason": ""},
    ):
        assert desk.post(contest, data={**data, **changes}).status_code == 422
    upheld = desk.post(contest, data={**data, "outcome": "upheld"})
    again = desk.post(contest, data={**data, "outcome": "upheld"})

    assert (upheld.status_code, again.status_code) == (303, 409)
    assert "the key stands" in desk.get("/contests").text


def test_f20_what_is_late_is_answered_by_admins(
    desk: FlaskClient, contest: str, clock: Clock
) -> None:
    clock.advance(days=6)

    page = desk.get(contest)

    assert "an admin answers now" in page.text
    assert forms_of(page) == []
    clock.advance(days=5)
    assert "overdue" in desk.get("/contests").text


def test_contests_are_for_those_who_decide(client: FlaskClient, person: Person) -> None:
    assert client.get("/contests").status_code == 403
    assert client.get("/contests/x").status_code == 403


def test_who_sat_the_assessment_is_offered_no_answer_and_keeps_what_they_wrote(
    client: FlaskClient, person: Person, contest: str, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        session.add(RoleGrant(person_id=person.id, role=Role.COORDINATOR, granted_at=clock()))

    page = client.get(contest)
    token = token_of(client.get("/account"))
    refused = client.post(
        contest, data={"csrf_token": token, "outcome": "upheld", "reason": "It <holds>."}
    )

    assert "You sat this assessment yourself" in page.text
    assert contest not in [form.action for form in forms_of(page)]
    assert refused.status_code == 403
    assert "It &lt;holds&gt;." in refused.text
