import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from tests.web.conftest import SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_health_answers_without_a_sign_in(client: FlaskClient) -> None:
    response = client.get("/health")

    assert response.json == {"status": "ok"}


def test_ready_asks_the_database(client: FlaskClient) -> None:
    response = client.get("/ready")

    assert response.status_code == 200


def test_the_start_sends_strangers_to_sign_in(client: FlaskClient) -> None:
    response = client.get("/")

    assert (response.status_code, response.location) == (303, "/sign-in")


def test_the_start_sends_a_person_to_the_page_of_their_role(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, {Role.RESEARCHER})

    response = client.get("/")

    assert (response.status_code, response.location) == (303, "/projects")
