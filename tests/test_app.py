"""The composition: how the application starts, and what it says when its database is gone."""

import logging
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import IntegrityError as AlreadyThere
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from evalhub.app import create_app, serve_app
from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.errors import IntegrityError, SettingsError
from evalhub.rim.state import runtime
from tests.web.conftest import SignIn, client, clock, own_app, sign_in

__all__ = ["client", "clock", "own_app", "sign_in"]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Give an application that routes are added to, and so no other test's."""
    return own_app


def fail_with(app: Flask, error: Exception, path: str = "/try") -> None:
    def view() -> str:
        raise error

    app.add_url_rule(path, "try", view)


def test_it_does_not_start_over_an_old_schema(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/empty.db", secret_key="x" * 40)

    with pytest.raises(SettingsError, match="evalhub db upgrade"):
        create_app(settings)


def test_a_server_reads_its_settings_from_the_environment(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the server does to the logs of its process must end with the test.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    monkeypatch.setenv("EVALHUB_DATABASE_URL", database.url)
    monkeypatch.setenv("EVALHUB_INSTANCE_DIR", str(tmp_path))

    app = serve_app()

    assert app.test_client().get("/ready").get_json() == {"status": "ok"}
    with app.app_context():
        runtime().database.dispose()
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("path", "kind"), [("/try", "text/html"), ("/api/try", "application/json")]
)
@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT", None, Exception("gone")), NoConnectionFree("all 16 are in use")],
    ids=["away", "busy"],
)
def test_a_database_that_cannot_be_asked_now_is_said_to_be(
    app: Flask, client: FlaskClient, error: Exception, path: str, kind: str
) -> None:
    fail_with(app, error, path)

    response = client.get(path)

    assert (response.status_code, response.mimetype) == (503, kind)
    assert response.headers["Retry-After"] == "5"
    assert "The database does not answer" in response.text


def test_a_value_the_database_cannot_hold_is_a_bad_request(app: Flask, client: FlaskClient) -> None:
    fail_with(app, DataError("INSERT", None, Exception("out of range")))

    assert client.get("/try").status_code == 400


def test_what_two_people_did_at_once_is_a_conflict(app: Flask, client: FlaskClient) -> None:
    fail_with(app, AlreadyThere("INSERT", None, Exception("unique")), "/api/try")

    response = client.get("/api/try")

    assert response.status_code == 409
    assert "at the same moment" in response.text


def test_a_fault_of_ours_shows_a_number_and_no_detail(app: Flask, client: FlaskClient) -> None:
    fail_with(app, IntegrityError("response 7 has another hash"))

    response = client.get("/try")

    assert response.status_code == 500
    assert response.headers["X-Request-Id"] in response.text
    assert "another hash" not in response.text


def test_an_unexpected_error_is_a_page_too(app: Flask, client: FlaskClient) -> None:
    app.testing = False
    fail_with(app, ZeroDivisionError("division by zero"))

    response = client.get("/try")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "division" not in response.text


def test_a_database_that_is_gone_shows_at_ready(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        state = runtime()
    gone = Database("postgresql://nobody@127.0.0.1:9/none")
    type(state)(state.settings, gone, state.clock).install(app)

    ready, page, health = (client.get(path) for path in ("/ready", "/nowhere", "/health"))

    assert (ready.status_code, health.status_code, page.status_code) == (503, 200, 404)
    state.install(app)
    gone.dispose()


def test_a_page_says_that_the_database_is_gone(
    app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client)
    with app.app_context():
        state = runtime()
    gone = Database("postgresql://nobody@127.0.0.1:9/none")
    type(state)(state.settings, gone, state.clock).install(app)

    response = client.get("/account")

    assert response.status_code == 503
    assert "try again in a moment" in response.text
    state.install(app)
    gone.dispose()


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/sign-out", 405), ("/static/no.css", 404)]
)
def test_errors_of_the_framework_are_pages_of_ours(
    client: FlaskClient, path: str, status: int
) -> None:
    response = client.get(path)

    assert response.status_code == status
    assert "Go to the start" in response.text
