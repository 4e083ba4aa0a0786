"""The page on which a project says what it asks of its experts."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import NO_REQUIREMENT, Requirement
from evalhub.db.engine import Database
from evalhub.services.projects.finding import get_project
from evalhub.services.qualifying.requirements import requirement_in_force
from tests.factories import make_project
from tests.web.conftest import SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/projects/acute/requirements"


@pytest.fixture
def coordinator(client: FlaskClient, sign_in: SignIn, database: Database) -> FlaskClient:
    with database.transaction() as session:
        make_project(session, slug="acute")
    sign_in(client, {Role.COORDINATOR})
    return client


def in_force(database: Database) -> Requirement:
    with database.transaction(write=False) as session:
        project = get_project("acute", session=session)
        return requirement_in_force(project.id, session=session).requirement


def test_a_project_asks_for_nothing_at_first(coordinator: FlaskClient) -> None:
    page = coordinator.get(PAGE)

    assert "Nothing. Every expert" in page.text
    assert form_of(page, PAGE).values["domain"] == ["general"]


def test_what_is_asked_is_read_as_it_was_meant_and_shown_again(
    coordinator: FlaskClient, database: Database
) -> None:
    data = fill(
        coordinator.get(PAGE),
        PAGE,
        domain="Medicine",
        classes="physician, Nurse_practitioner physician",
        jurisdictions="de us-ca",
        min_level="3",
        matches_language="yes",
        matches_specialty="yes",
        accepted_only="yes",
    )

    response = coordinator.post(PAGE, data=data)

    assert (response.status_code, response.location) == (303, PAGE)
    assert in_force(database) == Requirement(
        domain="medicine",
        classes=("physician", "nurse_practitioner"),
        jurisdictions=("DE", "US-CA"),
        min_level=3,
        matches_language=True,
        accepted_only=True,
        matches_specialty=True,
    )
    page = coordinator.get(PAGE)
    assert "physician or nurse practitioner" in page.text
    assert "accepted, and an answer about consent" in page.text
    assert "in the specialty that a prompt names" in page.text
    assert form_of(page, PAGE).values["classes"] == ["physician, nurse_practitioner"]


def test_what_is_refused_stays_in_the_form(coordinator: FlaskClient, database: Database) -> None:
    data = fill(coordinator.get(PAGE), PAGE, domain="", needs_credential="yes", min_level="9")

    refused = coordinator.post(PAGE, data=data)

    assert refused.status_code == 422
    assert form_of(refused, PAGE).values["needs_credential"] == ["yes"]
    assert in_force(database) == NO_REQUIREMENT


def test_a_form_without_its_fields_is_refused(coordinator: FlaskClient) -> None:
    token = form_of(coordinator.get(PAGE), PAGE).values["csrf_token"]

    assert coordinator.post(PAGE, data={"csrf_token": token}).status_code == 422


def test_who_was_overtaken_writes_over_what_is_there_now(coordinator: FlaskClient) -> None:
    page = coordinator.get(PAGE)
    coordinator.post(PAGE, data=fill(page, PAGE, min_level="2"))

    late = coordinator.post(PAGE, data=fill(page, PAGE, min_level="4"))

    assert late.status_code == 409
    assert form_of(late, PAGE).values["min_level"] == ["4"]
    assert coordinator.post(PAGE, data=fill(late, PAGE)).status_code == 303


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_others_read_and_do_not_write(
    coordinator: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(coordinator, {role})

    page = coordinator.get(PAGE)

    assert page.status_code == 200
    assert [form for form in forms_of(page) if form.action == PAGE] == []


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_it_is_for_those_who_see_projects(
    coordinator: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(coordinator, {role})

    assert coordinator.get(PAGE).status_code == 403


def test_the_project_leads_here(coordinator: FlaskClient) -> None:
    assert f'href="{PAGE}"' in coordinator.get("/projects/acute").text
    assert coordinator.get("/projects/nothing/requirements").status_code == 404
