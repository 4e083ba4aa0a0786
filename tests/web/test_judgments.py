"""The page on which reviewers read judgments: who may, what it shows."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.judging.answers import Answer, Choice, Mark
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.factories import make_person
from tests.services.judging.test_browsing import judge, set_up
from tests.web.conftest import SignIn

PATH = "/projects/trial/judgments"


def fill_database(database: Database) -> None:
    with database.transaction() as session:
        project = set_up(session, "trial")
        judge(session, project, 0, make_person(session, name="Bo <b>bold</b>"))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.RESEARCHER])
def test_those_who_review_read_choice_reason_and_expert(
    client: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    fill_database(database)
    sign_in(client, [role])

    page = client.get(PATH).text

    assert "Reason 1" in page
    assert "trial-1" in page
    assert "Bo &lt;b&gt;bold&lt;/b&gt;" in page
    assert "1 judgment in force" in page


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_outsiders_are_refused(
    client: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    fill_database(database)
    sign_in(client, [role])

    assert client.get(PATH).status_code == 403


@pytest.mark.parametrize(
    ("query", "text"),
    [("?prompt=p1", "No judgment concerns the prompt “p1”"), ("?prompt=p0", "Reason 1")],
    ids=["none", "one"],
)
def test_one_prompt_can_be_asked_for(
    client: FlaskClient, sign_in: SignIn, database: Database, query: str, text: str
) -> None:
    fill_database(database)
    sign_in(client, [Role.REVIEWER])

    assert text in client.get(PATH + query).text


def test_a_project_without_judgments_says_so(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        set_up(session, "trial")
    sign_in(client, [Role.REVIEWER])

    assert "Nobody has judged" in client.get(PATH).text


def test_an_unknown_project_is_not_found(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, [Role.REVIEWER])

    assert client.get("/projects/nothing/judgments").status_code == 404


def test_marks_are_shown_with_side_words_and_reason(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    mark = Mark("b", 0, 13, "<b>Rest</b> أو", "rude", "Too short.")
    with database.transaction() as session:
        answer = Answer(choice=Choice.A, preference=-2, marks=(mark,))
        judge(session, set_up(session, "trial"), 0, make_person(session), answer=answer)
    sign_in(client, [Role.REVIEWER])

    page = client.get(PATH).text

    assert 'marked in B: <q class="marked"><bdi>&lt;b&gt;Rest&lt;/b&gt; أو</bdi></q> rude' in page
    assert '<bdi class="foreign">Too short.</bdi>' in page
