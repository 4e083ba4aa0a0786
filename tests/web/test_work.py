"""The list of work: terms before claiming, one comparison in hand, one's own judgments."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.web.conftest import Clock, SignIn
from tests.web.desk import Desk, answers, make_desk


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))


def test_the_list_shows_the_terms_of_each_project(desk: Desk) -> None:
    desk.change_project(pay_minor_units=1400, pay_currency="EUR", expected_minutes=7)

    page = desk.client.get("/work").text

    assert "14.00 EUR" in page
    assert "7&nbsp;min" in page
    assert "Train a reward model for tests." in page
    assert "rubric small" in page


def test_nothing_open_says_what_to_expect(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert "No project is open to you now" in client.get("/work").text


@pytest.mark.parametrize("path", ["/work", "/work/history", "/work/some-token"])
def test_only_annotators_come_here(client: FlaskClient, sign_in: SignIn, path: str) -> None:
    assert client.get(path).status_code == 303
    sign_in(client, {Role.RESEARCHER})

    assert client.get(path).status_code == 403


def test_claiming_leads_to_the_comparison_and_again_to_the_same(desk: Desk) -> None:
    first, second = desk.open(), desk.open()

    assert first == second
    assert "Continue" in desk.client.get("/work").text


def test_terms_are_accepted_before_the_first_claim(desk: Desk) -> None:
    desk.change_project(terms="You own *what* you write.")

    refused = desk.claim()
    accepted = desk.claim(accept="yes")

    assert refused.status_code == 422
    assert "read the terms" in refused.text
    assert "<em>what</em>" in refused.text
    assert accepted.status_code == 303


def test_a_project_that_is_not_yours_cannot_be_claimed(desk: Desk) -> None:
    page = desk.client.get("/work")
    desk.slug = "project-of-others"

    assert desk.claim().status_code == 404
    assert page.status_code == 200


def test_when_nothing_is_left_it_says_so(desk: Desk) -> None:
    desk.take_everything()

    response = desk.claim()

    assert response.location == "/work"
    page = desk.client.get("/work").text
    assert "Nothing is left for you" in page


def test_a_paused_project_takes_no_claim(desk: Desk) -> None:
    desk.change_project(status=ProjectStatus.PAUSED)

    assert desk.claim().status_code == 409


def test_a_simulated_project_says_so(desk: Desk) -> None:
    desk.change_project(is_simulated=True)

    assert "Simulated:" in desk.client.get("/work").text


def test_own_judgments_are_listed_with_what_may_be_changed(desk: Desk, clock: Clock) -> None:
    desk.send(desk.open(), answers())

    fresh = desk.client.get("/work/history").text
    clock.advance(minutes=11)
    later = desk.client.get("/work/history").text

    assert "Change it" in fresh
    assert "Change it" not in later
    assert "stands" in later


def test_a_judgment_in_the_list_says_which_it_was_and_leads_there(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.send(address, answers(overall="-3"))
    desk.send(address, answers(overall="3"))
    clock.advance(minutes=11)

    history = desk.client.get("/work/history").text
    judged = desk.client.get(address).text

    assert f'<a href="{address}"><bdi>Question ' in history
    assert "B much better <small>changed once</small>" in history
    assert "A much better" in judged
    assert "Answer A" in judged
    assert not [name for name in desk.names() if name in history + judged]


def test_the_list_of_work_leads_to_all_judgments_from_the_first_on(desk: Desk) -> None:
    before = desk.client.get("/work").text
    desk.send(desk.open(), answers())

    after = desk.client.get("/work").text

    assert 'href="/work/history"' not in before
    assert 'href="/work/history">Your judgments</a>' in after


@pytest.mark.parametrize("page", ["", "?page=9", "?page=x", "?page=-1"])
def test_an_empty_history_says_so(client: FlaskClient, sign_in: SignIn, page: str) -> None:
    sign_in(client, {Role.ANNOTATOR})

    response = client.get(f"/work/history{page}")

    assert response.status_code == 200
    assert 'class="empty"' in response.text


def test_the_way_to_ones_earnings_is_there_before_the_first_judgment(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, {Role.ANNOTATOR})

    page = client.get("/work").text

    # Time that was not paid, such as of a comparison given back, is booked without a judgment.
    assert page.count('href="/work/earnings"') == 1
