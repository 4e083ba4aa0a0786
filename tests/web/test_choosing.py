"""The page on which experts choose projects, and the one that lets them."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.engine import Database
from evalhub.db.models import Person
from tests.factories import make_consent, make_level, make_requirement
from tests.services.assigning.conftest import make_campaign
from tests.web.conftest import SignIn
from tests.web.pages import fill, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/work/projects"


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database) -> Person:
    """Sign in an expert where a project with terms may be joined at level 3 in medicine."""
    person = sign_in(client, {Role.ANNOTATOR})
    with database.transaction() as session:
        project = make_campaign(session, n_people=0).project
        project.slug, project.terms, project.is_joinable = "acute", "Be **fair**.", True
        make_requirement(session, project, Requirement(domain="medicine", min_level=3))
        make_consent(session, person)
    return person


def send(client: FlaskClient, what: str) -> int:
    way = f"{PAGE}/acute/{what}"
    return client.post(way, data=fill(client.get(PAGE), way)).status_code


def test_f20_an_expert_joins_works_and_leaves(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    with database.transaction() as session:
        make_level(session, expert, 3)
    before = client.get(PAGE).text

    joined = send(client, "join")

    assert joined == 303
    assert "<strong>fair</strong>" in before
    assert "3, professional" in before
    assert [form.action for form in forms_of(client.get(PAGE))] == [f"{PAGE}/acute/leave"]
    assert "A project" in client.get("/work").text
    assert send(client, "leave") == 303
    assert [form.action for form in forms_of(client.get(PAGE))] == [f"{PAGE}/acute/join"]


def test_f20_why_a_project_is_not_theirs_stands_there(client: FlaskClient, expert: Person) -> None:
    page = client.get(PAGE)
    token = fill(client.get("/account"))["csrf_token"]

    refused = client.post(f"{PAGE}/acute/join", data={"csrf_token": token})

    assert "asks for a higher level" in page.text
    assert forms_of(page) == []
    assert refused.status_code == 403
    assert client.post(f"{PAGE}/acute/leave", data={"csrf_token": token}).status_code == 404


def test_an_empty_list_says_how_projects_come(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert "Coordinators also put experts on projects." in client.get(PAGE).text


def test_whether_experts_may_join_is_said_on_the_page_of_who_may_judge(
    client: FlaskClient, expert: Person, sign_in: SignIn
) -> None:
    sign_in(client, {Role.COORDINATOR})
    page, way = "/projects/acute/requirements", "/projects/acute/joining"
    before = client.get(page)

    closed = client.post(way, data=fill(before, way, joining="no"))
    after = client.get(page).text
    opened = client.post(way, data=fill(client.get(page), way, joining="yes"))

    assert (closed.status_code, opened.status_code) == (303, 303)
    assert "may put themselves on the project" in before.text
    assert "Those who run the project put experts on it." in after
