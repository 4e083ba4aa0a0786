"""Programs register, change, list and retire endpoints with a key of the right scope."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.factories import make_endpoint
from tests.web.conftest import Clock

# What differs between the databases is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/api/v1/endpoints"
GOOD: dict[str, Any] = {
    "slug": "careful",
    "model": "org/model-7b",
    "url": "https://models.example.com/v1",
    "dialect": "anthropic_messages",
    "key_env": "MODELS_API_KEY",
    "parameters": {"max_tokens": 900, "stop_sequences": ["x"]},
    "requests_per_minute": 60,
    "tokens_per_minute": 90_000,
    "account": "lab",
    "prompt_price": "0.15",
    "completion_price": "0.6",
    "price_currency": "USD",
}
SETTINGS = {name: value for name, value in GOOD.items() if name != "slug"}


@pytest.fixture
def headers(database: Database, clock: Clock) -> dict[str, str]:
    """Give the headers of a researcher's key."""
    return bearer(database, Role.RESEARCHER, Scope.ENDPOINTS_WRITE, now=clock())


def test_an_endpoint_is_registered_and_shown(client: FlaskClient, headers: dict[str, str]) -> None:
    added = client.post(PATH, json=GOOD, headers=headers)

    shown = client.get(f"{PATH}/careful", headers=headers).get_json()
    assert added.status_code == 201
    assert added.get_json() == shown
    assert shown.items() >= GOOD.items()
    assert (shown["revision"], shown["max_concurrency"], shown["retired_at"]) == (1, 8, None)


def test_a_change_is_the_next_revision(client: FlaskClient, headers: dict[str, str]) -> None:
    client.post(PATH, json=GOOD, headers=headers)

    changed = client.put(
        f"{PATH}/careful", json={**SETTINGS, "max_concurrency": 3}, headers=headers
    )

    assert changed.status_code == 200
    assert (changed.get_json()["revision"], changed.get_json()["max_concurrency"]) == (2, 3)


def test_a_retired_endpoint_is_listed_only_when_asked_for(
    client: FlaskClient, database: Database, headers: dict[str, str]
) -> None:
    with database.transaction() as session:
        make_endpoint(session, slug="premade", dialect="premade")
    client.post(PATH, json=GOOD, headers=headers)

    retired = client.post(f"{PATH}/careful/retire", headers=headers)

    assert (retired.status_code, retired.data) == (204, b"")
    assert client.get(PATH, headers=headers).get_json() == {"endpoints": []}
    (listed,) = client.get(f"{PATH}?retired=true", headers=headers).get_json()["endpoints"]
    assert (listed["slug"], listed["retired_at"] is not None) == ("careful", True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({**GOOD, "dialect": "morse"}, 422, id="dialect"),
        pytest.param({**GOOD, "parameters": {}}, 422, id="what the dialect needs"),
        pytest.param({**GOOD, "parameters": {"max_tokens": 9, "n": 2}}, 422, id="parameter"),
        pytest.param({**GOOD, "url": "http://10.0.0.1/v1"}, 422, id="address"),
        pytest.param({**GOOD, "key_env": "EVALHUB_SECRET_KEY"}, 422, id="our own secret"),
        pytest.param({**GOOD, "key_env": "PGPASSWORD"}, 422, id="a password"),
        pytest.param({**GOOD, "price_currency": ""}, 422, id="half a price"),
        pytest.param({**GOOD, "colour": "red"}, 422, id="unknown field"),
        pytest.param(SETTINGS, 422, id="no name"),
    ],
)
def test_what_breaks_a_rule_is_refused(
    client: FlaskClient, headers: dict[str, str], body: dict[str, Any], status: int
) -> None:
    assert client.post(PATH, json=body, headers=headers).status_code == status
    assert client.get(PATH, headers=headers).get_json() == {"endpoints": []}


def test_a_refused_key_is_named_as_the_field_that_was_sent(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    refused = client.post(PATH, json={**GOOD, "key_env": "sk-1"}, headers=headers)

    (problem,) = refused.get_json()["error"]["problems"]
    assert problem["where"] == "key_env"


def test_a_name_in_use_is_a_conflict_and_an_unknown_one_is_not_found(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.post(PATH, json=GOOD, headers=headers)

    assert client.post(PATH, json=GOOD, headers=headers).status_code == 409
    assert client.put(f"{PATH}/careful", json=SETTINGS, headers=headers).status_code == 409
    assert client.put(f"{PATH}/other", json=SETTINGS, headers=headers).status_code == 404
    assert client.get(f"{PATH}/other", headers=headers).status_code == 404


def test_a_key_that_starts_pulls_registers_nothing(
    client: FlaskClient, database: Database, clock: Clock
) -> None:
    puller = bearer(database, Role.RESEARCHER, Scope.PULLS_WRITE, now=clock())

    assert client.post(PATH, json=GOOD, headers=puller).status_code == 403


def test_variants_are_registered_for_each_value(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.post(PATH, json=GOOD, headers=headers)
    body = {"parameters": {"temperature": [0, 0.5]}}

    made = client.post(f"{PATH}/careful/variants", json=body, headers=headers)
    none = client.post(f"{PATH}/careful/variants", json={"parameters": {}}, headers=headers)

    found = made.get_json()["endpoints"]
    assert (made.status_code, none.status_code) == (201, 422)
    assert [one["slug"] for one in found] == ["careful-temperature-0", "careful-temperature-0.5"]
    assert found[1]["parameters"] == {**GOOD["parameters"], "temperature": 0.5}
