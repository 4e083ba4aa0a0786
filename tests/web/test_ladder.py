"""The pages of the ladder: what an expert reads, and where a coordinator decides."""

from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from tests.factories import make_judgment, make_level
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def campaign() -> list[Campaign]:
    """Hold the campaign in which the expert has judged."""
    return []


@pytest.fixture
def expert(
    client: FlaskClient,
    sign_in: SignIn,
    database: Database,
    clock: Clock,
    campaign: list[Campaign],
) -> Person:
    """Sign in an expert of level 2 who has judged nine of ten pairs as somebody else did."""
    person = sign_in(client, {Role.ANNOTATOR})
    with database.transaction() as session:
        made = make_campaign(session, n_pairs=10)
        made.project.domain = "medicine"
        session.add(made.project)
        campaign.append(made)
        make_level(session, person, 2, expires_at=clock())
        for who, pair in product((person, made.people[0]), made.pairs[:9]):
            make_judgment(session, pair, who, choice=Choice.A)
    clock.advance(days=1)
    return person


@pytest.fixture
def desk(app: Flask, sign_in: SignIn) -> FlaskClient:
    """Give the browser of a coordinator."""
    browser = app.test_client()
    sign_in(browser, {Role.COORDINATOR}, name="Cora Coordinator")
    return browser


def test_f33_the_page_lists_what_is_met_and_missing_with_its_figures(
    client: FlaskClient, expert: Person, campaign: list[Campaign], database: Database
) -> None:
    few = client.get("/ladder").text
    with database.transaction() as session:
        for who in (expert, campaign[0].people[0]):
            make_judgment(session, campaign[0].pairs[9], who, choice=Choice.A)
    page = client.get("/ladder").text

    assert "shown from 10 pairs on, so far 9" in few
    assert "2, practised" in page
    assert "expired" in page
    assert "Level 3, professional: 0 of 4 met" in page
    assert "200 or more" in page
    assert "60 % or more, on at least 50 pairs" in page
    assert "100 % (95 % interval 72 to 100, n = 10)" in page
    assert "verified" in page
    assert page.count("missing") == 4


def test_f34_a_person_decides_with_a_reason_that_the_expert_reads(
    client: FlaskClient, expert: Person, desk: FlaskClient
) -> None:
    listed = desk.get("/ladder-desk?domain=Medicine").text
    way = f"/ladder-desk/{expert.public_id}/medicine"
    page = desk.get(way)

    refused = desk.post(way, data=fill(page, way, outcome="promote"))
    done = desk.post(way, data=fill(page, way, outcome="promote", reason="Knows <it>."))

    assert way in listed
    assert "0 of 4" in listed
    assert (refused.status_code, done.status_code) == (422, 303)
    told = client.get("/ladder").text
    assert "3, professional" in told
    assert "Knows &lt;it&gt;." in told
    assert "Cora Coordinator" in told


def test_a_form_sent_twice_moves_one_level_and_keeps_what_was_typed(
    client: FlaskClient, expert: Person, desk: FlaskClient
) -> None:
    way = f"/ladder-desk/{expert.public_id}/medicine"
    sent = fill(desk.get(way), way, outcome="promote", reason="Knows it.")
    desk.post(way, data=sent)

    again = desk.post(way, data=sent)

    assert again.status_code == 409
    assert "since you opened this page" in again.text
    assert form_of(again, way).values["reason"] == ["Knows it."]
    told = client.get("/ladder").text
    assert "3, professional" in told
    assert "Level 4" in told


def test_a_training_is_asked_of_beginners(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert "There is no domain yet" in client.get("/ladder").text


def test_the_first_two_levels_and_the_last_say_what_they_ask(
    client: FlaskClient, expert: Person, database: Database, desk: FlaskClient
) -> None:
    way = f"/ladder-desk/{expert.public_id}/medicine"
    for level, text in ((0, "one of this domain, passed"), (1, "the one of this domain, passed")):
        with database.transaction() as session:
            make_level(session, expert, level)
        assert text in desk.get(way).text
    with database.transaction() as session:
        make_level(session, expert, 5)
    assert "What level" not in desk.get(way).text
    assert "none" in desk.get("/ladder-desk?domain=medicine").text


def test_a_domain_in_which_nothing_is_known_has_no_page(expert: Person, desk: FlaskClient) -> None:
    assert desk.get(f"/ladder-desk/{expert.public_id}/law").status_code == 404
    assert desk.get("/ladder-desk/nobody/medicine").status_code == 404
    assert "Nobody has judged" in desk.get("/ladder-desk?domain=law").text


def test_nobody_decides_about_themselves(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    person = sign_in(client, {Role.ANNOTATOR, Role.COORDINATOR})
    with database.transaction() as session:
        make_level(session, person, 2)

    page = client.get(f"/ladder-desk/{person.public_id}/medicine")

    assert "Somebody else decides" in page.text
    assert forms_of(page) == []
