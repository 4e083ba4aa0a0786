"""Machines that watch the service: alive, ready, figures, and whose request ids are kept."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from evalhub.config import Settings
from evalhub.db.engine import Database
from evalhub.rim.state import Runtime, runtime

# What is asked of the database differs in nothing between the two kinds.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOKEN = "metrics-token-" + "0" * 20
GIVEN = "proxy-0123456789"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Give settings with open metrics and a trusted proxy, which the test client is."""
    return settings.model_copy(
        update={"metrics_token": TOKEN, "trusted_proxies": "127.0.0.1, 10.0.0.0/8"}
    )


@pytest.fixture
def away(app: Flask) -> Iterator[None]:
    """Let the database be away."""
    with app.app_context():
        state = runtime()
    gone = Database("postgresql://nobody@127.0.0.1:9/none")
    Runtime(state.settings, gone, state.clock).install(app)
    yield
    state.install(app)
    gone.dispose()


def scrape(client: FlaskClient) -> str:
    """Return what a scraper with the token gets."""
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("path", ["/health", "/health/live", "/ready", "/health/ready"])
@pytest.mark.parametrize("host", ["localhost", "10.0.0.5:8000", "web-1.internal"])
def test_probes_answer_by_whatever_name_they_call(
    client: FlaskClient, path: str, host: str
) -> None:
    response = client.get(path, headers={"Host": host})

    assert (response.status_code, response.json) == (200, {"status": "ok"})


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize(("path", "status"), [("/health/live", 200), ("/health/ready", 503)])
def test_a_process_without_its_database_lives_and_is_not_ready(
    client: FlaskClient, path: str, status: int
) -> None:
    assert client.get(path).status_code == status


def test_figures_are_given_to_who_sends_the_token(client: FlaskClient) -> None:
    client.get("/sign-in")
    client.get("/nowhere")

    found = scrape(client)

    assert 'evalhub_requests_total{endpoint="auth.show_sign_in",' in found
    assert 'evalhub_requests_total{endpoint="none",method="GET",status="404"} 1.0' in found
    assert 'evalhub_leases{state="held"} 0.0' in found


@pytest.mark.usefixtures("away")
def test_figures_of_requests_are_given_while_the_database_is_away(client: FlaskClient) -> None:
    assert "evalhub_database_up 0.0" in scrape(client)


@pytest.mark.parametrize(
    "header", [None, "Bearer ", f"Bearer {TOKEN}x", "Basic eDp5", "Bearer é"], ids=str
)
def test_figures_are_refused_without_the_token(client: FlaskClient, header: str | None) -> None:
    response = client.get("/metrics", headers={"Authorization": header} if header else {})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="EvalHub metrics"'
    assert "evalhub_" not in response.text


def test_without_a_token_in_the_settings_there_are_no_figures(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    with app.app_context():
        state = runtime()
    closed = settings.model_copy(update={"metrics_token": ""})
    Runtime(closed, state.database, state.clock).install(app)

    response = client.get("/metrics", headers={"Authorization": "Bearer "})

    assert response.status_code == 404


def test_the_id_of_a_trusted_proxy_is_kept_in_answer_page_and_body(client: FlaskClient) -> None:
    headers = {"X-Request-Id": GIVEN}

    page, body = (client.get(path, headers=headers) for path in ("/nowhere", "/api/v1/nowhere"))

    assert (page.headers["X-Request-Id"], body.headers["X-Request-Id"]) == (GIVEN, GIVEN)
    assert GIVEN in page.text
    assert body.get_json()["error"]["request_id"] == GIVEN


@pytest.mark.parametrize(
    ("address", "given"),
    [
        pytest.param("192.0.2.7", GIVEN, id="stranger"),
        pytest.param("", GIVEN, id="no address"),
        pytest.param("127.0.0.1", "short", id="too short"),
        pytest.param("127.0.0.1", "x" * 101, id="too long"),
        pytest.param("127.0.0.1", 'id", "level": "error', id="a forged line"),
    ],
)
def test_no_other_id_is_taken(client: FlaskClient, address: str, given: str) -> None:
    response = client.get(
        "/health", headers={"X-Request-Id": given}, environ_overrides={"REMOTE_ADDR": address}
    )

    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])


def test_a_network_of_proxies_is_trusted_as_a_whole(client: FlaskClient) -> None:
    response = client.get(
        "/health", headers={"X-Request-Id": GIVEN}, environ_overrides={"REMOTE_ADDR": "10.9.8.7"}
    )

    assert response.headers["X-Request-Id"] == GIVEN


def test_a_request_that_somebody_waited_for_is_told_by_its_endpoint(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    with app.app_context():
        state = runtime()
    Runtime(settings, state.database, state.clock, slow_s=0.0).install(app)

    with capture_logs() as logged:
        client.get("/invitations/a-token-that-opens-an-account")

    [line] = [line for line in logged if line["event"] == "a request was slow"]
    assert line["endpoint"] == "auth.show_invitation"
    assert "a-token-that-opens" not in str(line)
