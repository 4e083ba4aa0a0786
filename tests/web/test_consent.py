"""The page on which people say what their judgments may be used for."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.consent import FOUR_ANSWERS, ConsentPurpose
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.services.consenting.answers import answers_of
from tests.web.conftest import SignIn
from tests.web.pages import fill


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn) -> Person:
    return sign_in(client, {Role.ANNOTATOR}, name="Ada")


def granted(database: Database, person: Person) -> list[set[ConsentPurpose]]:
    with database.transaction(write=False) as session:
        return [set(one.purposes) for one in answers_of(person.id, session=session)]


def test_the_page_is_for_people_who_are_signed_in(client: FlaskClient) -> None:
    assert client.get("/consent").location == "/sign-in?next=%2Fconsent"


def test_nothing_is_ticked_before_somebody_answers(client: FlaskClient, expert: Person) -> None:
    page = client.get("/consent").text

    assert all(question in page for _, question in FOUR_ANSWERS)
    assert "checked" not in page
    assert "none yet" in page


def test_f24_an_answer_is_kept_and_can_be_taken_back(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    page = client.get("/consent")
    client.post("/consent", data=fill(page, purpose="research"))
    again = client.get("/consent")
    client.post("/consent", data={**fill(again), "purpose": []})

    assert granted(database, expert) == [{ConsentPurpose.RESEARCH}, set()]
    assert again.text.count("checked") == 1


def test_a_purpose_that_is_not_known_withdraws_nothing(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    client.post("/consent", data=fill(client.get("/consent"), purpose="research"))

    sent = {**fill(client.get("/consent")), "purpose": ["Evaluation"]}
    response = client.post("/consent", data=sent)

    assert response.status_code == 422
    assert granted(database, expert) == [{ConsentPurpose.RESEARCH}]


@pytest.mark.parametrize("version", ["x", "", "-1", "1" * 5_000])
def test_a_version_that_is_no_number_is_refused(
    client: FlaskClient, expert: Person, database: Database, version: str
) -> None:
    response = client.post("/consent", data={**fill(client.get("/consent")), "version": version})

    assert response.status_code == 422
    assert granted(database, expert) == []


@pytest.mark.parametrize("version", ["2", "999"])
def test_an_answer_to_another_text_is_refused(
    client: FlaskClient, expert: Person, database: Database, version: str
) -> None:
    page = client.get("/consent")

    response = client.post("/consent", data={**fill(page), "version": version})

    assert response.status_code == 409
    assert "Read it, then answer again." in response.text
    assert granted(database, expert) == []
