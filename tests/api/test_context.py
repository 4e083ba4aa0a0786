"""API keys at the door: who is let through, and what is said to the others."""

from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.api.context import api_actor
from evalhub.core.people import Actor, Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey
from evalhub.services.api_keys import issue_key
from tests.factories import make_person
from tests.web.conftest import Clock, SignIn

Issue = Callable[[Collection[Scope]], str]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Give an application that routes are added to, and so no other test's."""
    return own_app


@pytest.fixture
def issue(app: Flask, database: Database, clock: Clock) -> Issue:
    """Give a function that makes a researcher's key; `/api/try` needs a scope to read releases."""

    def view() -> str:
        return api_actor(Scope.RELEASES_READ).name

    def issue(scopes: Collection[Scope]) -> str:
        with database.transaction() as session:
            person = make_person(session, Role.RESEARCHER, name="Rita")
            actor = Actor(person.id, person.name, frozenset({Role.RESEARCHER}))
            issued = issue_key(
                "k", session=session, actor=actor, scopes=scopes, days=1, now=clock()
            )
        return issued.key

    app.add_url_rule("/api/try", "try", view, methods=("GET", "POST"))
    return issue


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_lets_its_owner_through(client: FlaskClient, issue: Issue, method: str) -> None:
    key = issue([Scope.RELEASES_READ])

    response = client.open("/api/try", method=method, headers=bearer(key))

    assert (response.status_code, response.text) == (200, "Rita")


def test_without_a_key_nobody_is_let_through(client: FlaskClient, issue: Issue) -> None:
    response = client.get("/api/try")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="EvalHub"'
    assert response.get_json() == {
        "error": {
            "kind": "unauthorized",
            "message": "Send an API key as `Authorization: Bearer evh_…`.",
            "problems": [],
            "request_id": response.headers["X-Request-Id"],
        }
    }


def test_a_sign_in_is_no_key(client: FlaskClient, issue: Issue, sign_in: SignIn) -> None:
    sign_in(client, {Role.ADMIN})

    assert client.get("/api/try").status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer evh_unknown", "Bearer", "Bearer ", "Basic YTpi", "", "x" * 5000, "Bearer \xe9"],
    ids=range(7),
)
def test_a_key_that_is_none_is_refused(client: FlaskClient, issue: Issue, header: str) -> None:
    response = client.get("/api/try", headers={"Authorization": header})

    assert response.status_code == 401
    assert "unknown, expired or revoked" in response.get_json()["error"]["message"]


def test_an_expired_key_is_refused(client: FlaskClient, issue: Issue, clock: Clock) -> None:
    key = issue([Scope.RELEASES_READ])

    clock.advance(days=1)

    assert client.get("/api/try", headers=bearer(key)).status_code == 401


def test_a_key_without_the_scope_is_refused(client: FlaskClient, issue: Issue) -> None:
    key = issue([Scope.PROMPTS_WRITE])

    response = client.get("/api/try", headers=bearer(key))

    assert response.status_code == 403
    assert "releases:read" in response.get_json()["error"]["message"]


def test_use_is_noted_at_most_each_minute(
    client: FlaskClient, issue: Issue, clock: Clock, database: Database
) -> None:
    key, start = issue([Scope.RELEASES_READ]), clock()
    seen = []
    for _ in range(3):
        client.get("/api/try", headers=bearer(key))
        with database.transaction(write=False) as session:
            seen.append(session.exec(select(ApiKey.last_used_at)).one())
        clock.advance(seconds=30)

    assert seen == [start, start, start + timedelta(minutes=1)]


def test_who_has_a_key_may_send_more(client: FlaskClient, issue: Issue) -> None:
    key, body = issue([Scope.RELEASES_READ]), b"x" * (2 * 2**20)

    assert client.post("/api/try", data=body, headers=bearer(key)).status_code == 200
