"""Signing in and out, and accepting an invitation, as a browser does it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.config import Settings
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Person, SignInAttempt, WebSession
from evalhub.services.accounts.invitations import invite
from evalhub.services.accounts.passwords import new_password
from tests.factories import make_person
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill

EMAIL, PASSWORD = "ada@example.org", "three quiet rivers"


@pytest.fixture
def person(database: Database) -> Person:
    """Give a researcher who has a password."""
    with database.transaction() as session:
        person = make_person(session, Role.RESEARCHER, email=EMAIL)
        person.password_hash = new_password(PASSWORD, email=EMAIL).hash
    return person


@pytest.fixture
def link(database: Database, clock: Clock) -> str:
    """Give the path of an open invitation."""
    with database.transaction() as session:
        issued = invite(
            "bo@example.org",
            session=session,
            actor=command_actor(),
            name="Bo Li",
            roles=[Role.ANNOTATOR, Role.LAB],
            days=7,
            now=clock(),
        )
    return issued.link("")


def sign_in_with(client: FlaskClient, password: str, path: str = "/sign-in") -> TestResponse:
    page = client.get(path)
    return client.post("/sign-in", data=fill(page, email=EMAIL, password=password))


@pytest.mark.usefixtures("person")
def test_the_right_password_leads_to_the_start(client: FlaskClient) -> None:
    response = sign_in_with(client, PASSWORD)

    assert (response.status_code, response.location) == (303, "/")
    assert client.get("/").location == "/projects"


@pytest.mark.usefixtures("person")
def test_a_person_comes_back_to_where_they_wanted_to_go(client: FlaskClient) -> None:
    asked = client.get("/account?tab=keys")
    response = sign_in_with(client, PASSWORD, asked.location)

    assert asked.location == "/sign-in?next=%2Faccount%3Ftab%3Dkeys"
    assert response.location == "/account?tab=keys"


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(client: FlaskClient, target: str) -> None:
    page = client.get("/sign-in")

    data = fill(page, email=EMAIL, password=PASSWORD, next=target)
    response = client.post("/sign-in", data=data)

    assert response.location == "/"


@pytest.mark.usefixtures("person")
def test_a_wrong_password_says_so_and_counts(client: FlaskClient, database: Database) -> None:
    response = sign_in_with(client, "wrong wrong wrong")

    assert response.status_code == 422
    assert "is not right" in response.text
    assert f'value="{EMAIL}"' in response.text
    assert "wrong wrong" not in response.text
    with database.transaction(write=False) as session:
        assert session.exec(select(SignInAttempt.has_succeeded)).all() == [False]


def test_an_unknown_address_reads_the_same_as_a_wrong_password(
    client: FlaskClient, person: Person
) -> None:
    known = sign_in_with(client, "wrong wrong wrong")
    page = client.get("/sign-in")
    data = fill(page, email="who@example.org", password="wrong wrong wrong")
    unknown = client.post("/sign-in", data=data)

    assert unknown.status_code == known.status_code
    assert (
        unknown.text.replace("who@example.org", EMAIL).split("<form")[0]
        == (known.text.split("<form")[0])
    )


@pytest.mark.usefixtures("person")
def test_too_many_failures_must_wait(client: FlaskClient, clock: Clock) -> None:
    page = client.get("/sign-in")
    for _ in range(10):
        client.post("/sign-in", data=fill(page, email=EMAIL, password="wrong"))

    refused = client.post("/sign-in", data=fill(page, email=EMAIL, password=PASSWORD))
    clock.advance(minutes=16)
    allowed = client.post("/sign-in", data=fill(page, email=EMAIL, password=PASSWORD))

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 800
    assert "Too many failed attempts" in refused.text
    assert allowed.status_code == 303


@pytest.mark.usefixtures("person")
def test_signing_in_starts_a_new_cookie(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    with client.session_transaction() as cookie:
        before = dict(cookie)
        cookie["planted"] = "by somebody else"

    client.post("/sign-in", data=fill(page, email=EMAIL, password=PASSWORD))

    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before["csrf_token"]


@pytest.mark.usefixtures("person")
def test_signing_in_again_ends_the_older_session(client: FlaskClient, database: Database) -> None:
    page = client.get("/sign-in")
    sign_in_with(client, PASSWORD)
    account = client.get("/account")
    data = {**fill(page, email=EMAIL, password=PASSWORD), "csrf_token": fill(account)["csrf_token"]}

    client.post("/sign-in", data=data)

    with database.transaction(write=False) as session:
        rows = session.exec(select(WebSession).order_by("id")).all()
    assert [row.revoked_at is None for row in rows] == [False, True]


def test_who_is_signed_in_skips_the_sign_in_page(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.LAB})

    assert client.get("/sign-in").location == "/releases"
    assert client.get("/sign-in?next=/account").location == "/account"


def test_signing_out_ends_the_session_on_the_server(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client)
    page = client.get("/account")

    response = client.post("/sign-out", data={"csrf_token": fill(page)["csrf_token"]})

    assert response.location == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").text
    with database.transaction(write=False) as session:
        assert session.exec(select(WebSession)).one().revoked_at is not None


def test_signing_out_without_being_signed_in_is_harmless(client: FlaskClient) -> None:
    page = client.get("/sign-in")

    response = client.post("/sign-out", data={"csrf_token": fill(page)["csrf_token"]})

    assert response.location == "/sign-in"


def test_a_session_ends_by_itself(
    client: FlaskClient, sign_in: SignIn, clock: Clock, settings: Settings
) -> None:
    sign_in(client)

    clock.advance(days=settings.session_days)

    assert client.get("/account").location == "/sign-in?next=%2Faccount"


def test_use_keeps_last_seen_fresh(
    client: FlaskClient, sign_in: SignIn, clock: Clock, database: Database
) -> None:
    sign_in(client)
    before = clock()
    clock.advance(minutes=5)

    client.get("/account")

    with database.transaction(write=False) as session:
        seen = session.exec(select(WebSession)).one().last_seen_at
    assert seen - before == timedelta(minutes=5)


def test_an_invitation_becomes_an_account(
    client: FlaskClient, link: str, database: Database
) -> None:
    page = client.get(link)

    data = fill(page, name="Bo Li", password=PASSWORD)
    response = client.post(link, data=data)

    assert (response.status_code, response.location) == (303, "/")
    assert client.get("/").location == "/work"
    with database.transaction(write=False) as session:
        assert session.exec(select(Person.email)).all() == ["bo@example.org"]


def test_an_invitation_names_its_roles(client: FlaskClient, link: str) -> None:
    page = client.get(link).text

    assert "<b>expert</b>, <b>lab</b>" in page
    assert "bo@example.org" in page


@pytest.mark.parametrize(
    ("name", "password", "rule"),
    [
        ("Bo", "short", "needs at least 12 characters"),
        ("Bo", "bo@example.org", "is the e-mail address"),
        ("", PASSWORD, "needs 1 to 200 characters"),
    ],
    ids=["short", "address", "no name"],
)
def test_a_bad_answer_keeps_the_invitation_open(
    client: FlaskClient, link: str, name: str, password: str, rule: str
) -> None:
    page = client.get(link)

    response = client.post(link, data=fill(page, name=name, password=password))

    assert response.status_code == 422
    assert rule in response.text
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_used_or_unknown_link_says_what_to_do(
    client: FlaskClient, link: str, method: str
) -> None:
    page = client.get(link)
    data = fill(page, name="Bo", password=PASSWORD)
    client.post(link, data=data)
    token = fill(client.get("/account"))["csrf_token"]

    again = client.open(link, method=method.upper(), data={**data, "csrf_token": token})
    unknown = client.get("/invitations/unknown")

    assert again.status_code == unknown.status_code == 404
    assert "Ask for a new one" in again.text
