"""The page on which researchers say what only a person can say of a project's data."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.core.releasing.dossier.statements import HINTS, WRITTEN_FIELDS
from evalhub.core.releasing.dossier.vocabulary import WORDS
from evalhub.db.engine import Database
from evalhub.db.models import ProjectStatement
from evalhub.web.statements import SAID
from tests.factories import make_project
from tests.web.conftest import SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/projects/acute/statement"


@pytest.fixture
def researcher(client: FlaskClient, sign_in: SignIn, database: Database) -> FlaskClient:
    with database.transaction() as session:
        make_project(session, slug="acute")
    sign_in(client, {Role.RESEARCHER}, name="Rosa Researcher")
    return client


def versions(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(ProjectStatement)).all())


def test_what_is_written_is_in_force_and_can_be_read_again(
    researcher: FlaskClient, database: Database
) -> None:
    data = fill(
        researcher.get(PAGE), PAGE, measures="What doctors\r\nprefer. <i>", steward="Office"
    )

    response = researcher.post(PAGE, data=data)

    assert (response.status_code, response.location) == (303, PAGE)
    page = researcher.get(PAGE)
    assert form_of(page, PAGE).values["measures"] == ["What doctors\nprefer. <i>"]
    assert "by Rosa Researcher" in page.text
    assert "Version 1 is in force" in page.text
    assert versions(database) == 1


def test_every_version_stays_readable(researcher: FlaskClient) -> None:
    for words in ("The first words.", "Other words."):
        researcher.post(PAGE, data=fill(researcher.get(PAGE), PAGE, measures=words))

    text = researcher.get(PAGE).text

    assert "The first words." in text
    assert text.index("Version 2,") < text.index("Version 1,")


def test_two_who_write_at_once_do_not_lose_each_others_words(
    researcher: FlaskClient, database: Database
) -> None:
    page = researcher.get(PAGE)
    researcher.post(PAGE, data=fill(page, PAGE, measures="The quicker one's words."))

    late = researcher.post(PAGE, data=fill(page, PAGE, measures="The slower one's words."))

    assert late.status_code == 409
    assert form_of(late, PAGE).values["measures"] == ["The slower one's words."]
    assert "The quicker one&#39;s words." in late.text
    assert versions(database) == 1
    assert researcher.post(PAGE, data=fill(late, PAGE)).status_code == 303
    assert versions(database) == 2


@pytest.mark.parametrize(
    "answers",
    [{"measures": "x" * 4001}, {"measures": "a\x07b"}, {"number": "minus one"}],
    ids=["too long", "control character", "no number"],
)
def test_what_is_refused_stays_in_the_form(
    researcher: FlaskClient, database: Database, answers: dict[str, str]
) -> None:
    data = fill(researcher.get(PAGE), PAGE, steward="The office.")

    refused = researcher.post(PAGE, data={**data, **answers})

    assert refused.status_code == 422
    assert 'id="errors"' in refused.text
    assert form_of(refused, PAGE).values["steward"] == ["The office."]
    assert versions(database) == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.COORDINATOR])
def test_others_read_and_do_not_write(
    researcher: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    researcher.post(PAGE, data=fill(researcher.get(PAGE), PAGE, steward="The office."))
    sign_in(researcher, {role})

    page = researcher.get(PAGE)

    assert "The office." in page.text
    assert "Not written." in page.text
    assert [form for form in forms_of(page) if form.action == PAGE] == []
    token = fill(researcher.get("/account"))["csrf_token"]
    assert researcher.post(PAGE, data={"csrf_token": token}).status_code == 403
    assert versions(database) == 1


@pytest.mark.parametrize("role", [Role.LAB, Role.ANNOTATOR])
def test_statements_are_for_those_who_see_projects(
    researcher: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(researcher, {role})

    assert researcher.get(PAGE).status_code == 403


def test_an_unknown_project_has_no_statement(researcher: FlaskClient) -> None:
    assert researcher.get("/projects/nothing/statement").status_code == 404


def test_the_project_leads_to_its_statement(researcher: FlaskClient) -> None:
    assert f'href="{PAGE}"' in researcher.get("/projects/acute").text


def test_a_german_researcher_is_asked_in_german(researcher: FlaskClient) -> None:
    asked = [words for name in WRITTEN_FIELDS for words in (WORDS[name].title, HINTS[name])]

    page = researcher.get(PAGE, headers={"Accept-Language": "de"}).text

    assert list(SAID) == asked
    assert "Wofür es nicht gedacht ist" in page
    assert "Wem man ein Leck oder eine Schwachstelle meldet." in page
    assert not [words for words in asked if words in page]
