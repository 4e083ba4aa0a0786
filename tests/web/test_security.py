"""Headers, cookies, and forms that another site sent."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.app import create_app
from evalhub.config import Settings
from evalhub.rim.state import runtime
from tests.web.conftest import SignIn
from tests.web.pages import fill, token_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PUBLIC = "https://hub.example.org"


@pytest.fixture
def https_app(settings: Settings) -> Iterator[Flask]:
    """Give the application as it runs behind https."""
    app = create_app(settings.model_copy(update={"public_url": PUBLIC}))
    app.testing = True
    yield app
    with app.app_context():
        runtime().database.dispose()


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "/health", "/api/v1/", "/api/v1/x"])
def test_every_response_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 16


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/evalhub.css") as response:
        headers = response.headers

    assert "max-age=31536000" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_pages_write_nothing_that_the_policy_forbids(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client)

    for path in ("/account", "/sign-in", "/nowhere"):
        page = client.get(path, follow_redirects=True).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page


def test_a_changed_file_has_a_new_address(client: FlaskClient) -> None:
    page = client.get("/sign-in").text

    assert "/static/evalhub.css?v=" in page


def test_the_cookie_is_out_of_reach_of_scripts(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("evalhub=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_bound_to_the_host_under_https(https_app: Flask) -> None:
    response = https_app.test_client().get("/sign-in", base_url=PUBLIC)

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-evalhub=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "max-age=63072000" in response.headers["Strict-Transport-Security"]


def test_a_proxy_that_speaks_http_to_us_is_no_other_origin(https_app: Flask) -> None:
    client = https_app.test_client()
    page = client.get("/sign-in", base_url=PUBLIC)
    data = fill(page, email="a@example.org", password="x")

    response = client.post("/sign-in", data=data, base_url=PUBLIC, headers={"Origin": PUBLIC})

    assert response.status_code == 422
    assert "is not right" in response.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "[broken", "a b"]
)
def test_a_foreign_host_name_is_refused(client: FlaskClient, host: str) -> None:
    response = client.get("/sign-in", headers={"Host": host})

    assert response.status_code == 400
    assert host not in response.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_may_be_called_by_its_names(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "x", "é" * 50], ids=["none", "empty", "bad", "text"])
def test_a_form_without_our_token_is_refused(client: FlaskClient, token: str | None) -> None:
    client.get("/sign-in")
    data = {"email": "a@example.org", "password": "x"}

    response = client.post(
        "/sign-in", data=data if token is None else {**data, "csrf_token": token}
    )

    assert response.status_code == 400
    assert "could not be read" not in response.text
    assert "Go back" in response.text


def test_a_token_of_another_browser_is_refused(app: Flask, sign_in: SignIn) -> None:
    attacker, victim = app.test_client(), app.test_client()
    sign_in(victim)
    victim.get("/account")
    token = token_of(attacker.get("/sign-in"))

    response = victim.post("/sign-out", data={"csrf_token": token})

    assert response.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
    ],
    ids=["cross-site", "same-site", "origin", "null", "broken"],
)
def test_a_form_from_elsewhere_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    page = client.get("/sign-in")
    data = fill(page, email="a@example.org", password="x")

    response = client.post("/sign-in", data=data, headers=headers)

    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}],
    ids=["same origin", "typed"],
)
def test_our_own_form_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    page = client.get("/sign-in")
    data = fill(page, email="a@example.org", password="x")

    assert client.post("/sign-in", data=data, headers=headers).status_code == 422


def test_strangers_cannot_send_much(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    data = fill(page, email="a@example.org", password="x" * 2**20)

    assert client.post("/sign-in", data=data).status_code == 413


def test_a_forged_cookie_is_nobody(client: FlaskClient) -> None:
    client.set_cookie("evalhub", "eyJ0b2tlbiI6IngifQ.x.y")

    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("token", [7, None, ["x"], {"a": 1}, "x" * 3000], ids=range(5))
def test_a_signed_cookie_with_a_strange_token_is_nobody(client: FlaskClient, token: object) -> None:
    with client.session_transaction() as cookie:
        cookie["token"] = token

    assert client.get("/account").status_code == 303
