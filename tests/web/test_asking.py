import re

import pytest
from flask.testing import FlaskClient

from evalhub.core.campaigns import SelectionMode
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.services.selecting.test_planning import season
from tests.services.selecting.tournaments import make_tournament
from tests.web.conftest import SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]


def add_project(database: Database, *, seasoned: bool, mode: SelectionMode) -> str:
    """Add a project of four models and return its name in addresses."""
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=4, n_prompts=5, mode=mode)
        if seasoned:
            season(tournament)
        if mode is not SelectionMode.UNIFORM:
            tournament.plan()
        return tournament.project.slug


@pytest.fixture
def reader(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


def page_of(client: FlaskClient, slug: str) -> str:
    response = client.get(f"/projects/{slug}/scores/next")
    assert response.status_code == 200
    return response.text


def test_the_page_says_what_is_asked_and_what_it_settles(
    reader: FlaskClient, database: Database
) -> None:
    slug = add_project(database, seasoned=True, mode=SelectionMode.RANK)

    text = page_of(reader, slug)

    assert "drawing by what a judgment settles of the order" in text
    assert "30&nbsp;% of the draws are even" in text
    assert "made from 24 judgments" in text
    assert "Best model named rightly" in text
    assert "places</td>" in text
    assert "hours cannot be known" in text
    assert "over 2,000 simulated futures: normal approximation" in text
    assert re.search(r"a percentage may be off by \d\.\d points and a place by 0\.\d\d", text)
    assert text.count('scope="row" class="wrap"') == 6


def test_a_new_project_says_that_its_models_are_linked_first(
    reader: FlaskClient, database: Database
) -> None:
    text = page_of(reader, add_project(database, seasoned=False, mode=SelectionMode.WINNER))

    assert "The models fall into 4 parts" in text
    assert "joins two parts" in text
    assert "This cannot be known yet. There is no judgment to start from." in text


def test_a_uniform_project_promises_nothing_of_a_plan(
    reader: FlaskClient, database: Database
) -> None:
    text = page_of(reader, add_project(database, seasoned=True, mode=SelectionMode.UNIFORM))

    assert "The project is drawing evenly" in text
    assert "follow the plan" not in text
    assert "of the draws are even" not in text


def test_the_project_page_says_it_in_a_sentence(reader: FlaskClient, database: Database) -> None:
    new = add_project(database, seasoned=False, mode=SelectionMode.RANK)
    judged = add_project(database, seasoned=True, mode=SelectionMode.RANK)

    assert "not known yet. There is no judgment" in reader.get(f"/projects/{new}").text
    page = reader.get(f"/projects/{judged}").text
    assert "best model named rightly with" in page
    assert f'href="/projects/{judged}/scores/next"' in page


def test_the_board_leads_here(reader: FlaskClient, database: Database) -> None:
    slug = add_project(database, seasoned=True, mode=SelectionMode.RANK)

    assert f'href="/projects/{slug}/scores/next"' in reader.get(f"/projects/{slug}/scores").text


@pytest.mark.parametrize("role", READERS)
def test_readers_see_it(
    client: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    slug = add_project(database, seasoned=False, mode=SelectionMode.RANK)
    sign_in(client, {role})

    assert client.get(f"/projects/{slug}/scores/next").status_code == 200


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_others_do_not_learn_model_names(
    client: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    slug = add_project(database, seasoned=False, mode=SelectionMode.RANK)
    sign_in(client, {role})

    assert client.get(f"/projects/{slug}/scores/next").status_code == 403


def test_an_unknown_project_is_not_found(reader: FlaskClient) -> None:
    assert reader.get("/projects/nothing/scores/next").status_code == 404
