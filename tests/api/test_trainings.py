"""Trainings by key: listed, read as their file, and published under the floors."""

import json

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.core.qualifying.test_trainings import document
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.test_trainings import publish
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/trainings"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Publish a training, and give a coordinator's key."""
    with database.transaction() as session:
        small_rubric(session)
        publish(session, clock(), pay_minor_units=2500)
    return bearer(database, Role.COORDINATOR, Scope.QUALIFICATIONS_WRITE, now=clock())


def test_f33_a_training_is_listed_and_read_as_the_file_that_publishes_it(
    client: FlaskClient, key: dict[str, str]
) -> None:
    [listed] = client.get(URL, headers=key).get_json()["trainings"]
    file = client.get(f"{URL}/medicine-intro", headers=key).get_json()

    assert file == document(pay_minor_units=2500)
    assert (listed["version"], listed["n_pages"], listed["n_pairs"]) == (1, 1, 2)
    assert (listed["pay_minor_units"], listed["n_right_needed"]) == (2500, 1)
    again = client.post(URL, data=json.dumps(file), headers=key)
    assert (again.status_code, again.get_json()) == (200, listed)
    assert client.get(f"{URL}/none", headers=key).status_code == 404


def test_a_changed_file_is_the_next_version(client: FlaskClient, key: dict[str, str]) -> None:
    text = json.dumps(document(pay_minor_units=0, title="Second"))

    made = client.post(URL, data=text, headers=key).get_json()

    assert (made["version"], made["title"]) == (2, "Second")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "body"),
        (b"\xff", "body"),
        (json.dumps(document(title="")).encode(), "body, title"),
        (json.dumps(document(pay_minor_units=999)).encode(), "an hour"),
        (json.dumps(document(rubric="none@1.0.0")).encode(), "no rubric version"),
    ],
    ids=["no JSON", "no text", "no title", "under the floor", "no rubric"],
)
def test_a_file_that_breaks_a_rule_publishes_nothing(
    client: FlaskClient, key: dict[str, str], body: bytes, says: str
) -> None:
    refused = client.post(URL, data=body, headers=key)

    assert refused.status_code == 422
    assert says in refused.text
    assert client.get(URL, headers=key).get_json()["trainings"][0]["version"] == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"a": 1, "a": 2}', "a key occurs twice"),
        (b'{"a": "\xff"}', "no UTF-8 at byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{", "line 1, column 2"),
    ],
    ids=["key twice", "no UTF-8", "deep", "cut off"],
)
def test_a_body_that_is_no_json_says_where(
    client: FlaskClient, key: dict[str, str], body: bytes, says: str
) -> None:
    refused = client.post(URL, data=body, headers=key, content_type="application/json")

    assert refused.status_code == 400
    [problem] = refused.get_json()["error"]["problems"]
    assert problem["where"] == "body"
    assert says in problem["rule"]
