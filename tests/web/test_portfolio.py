"""The pages of portfolios: made and taken back by their owner, checked by anybody."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from tests.factories import make_level
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Person:
    """Sign in an expert of level 3 in medicine."""
    person = sign_in(client, {Role.ANNOTATOR}, name="Ada <Expert>")
    with database.transaction() as session:
        make_level(session, person, 3, expires_at=None)
    return person


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Give the browser of nobody."""
    return app.test_client()


def make(client: FlaskClient, **answers: str) -> str:
    """Make a portfolio and return its public address."""
    way = "/portfolio"
    assert client.post(way, data=fill(client.get(way), way, **answers)).status_code == 303
    found = re.search(r'href="(/verify/[0-9a-f]{32})"', client.get(way).text)
    assert found
    return found.group(1)


def test_f35_a_stranger_verifies_a_portfolio_by_its_address(
    client: FlaskClient, expert: Person, stranger: FlaskClient
) -> None:
    address = make(client, named="yes")

    page = stranger.get(address)

    assert page.status_code == 200
    assert "This portfolio was signed here, as it stands." in page.text
    assert "Ada &lt;Expert&gt;" in page.text
    assert "3, professional" in page.text
    key = stranger.get("/verify/key").get_json()
    assert key["algorithm"] == "Ed25519"
    assert key["key"] in page.text


def test_f35_a_file_is_checked_and_one_byte_is_noticed(
    client: FlaskClient, expert: Person, stranger: FlaskClient
) -> None:
    file = client.get(f"{make(client)}.json")
    form = fill(stranger.get("/verify"), "/verify")

    good = stranger.post("/verify", data={**form, "file": file.text})
    bad = stranger.post("/verify", data={**form, "file": file.text.replace(": 3", ": 5")})
    broken = stranger.post("/verify", data={**form, "file": "{"})
    long = stranger.post("/verify", data={**form, "file": " " * 200_001})

    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "Ada" not in file.text
    assert "signed here, as it stands" in good.text
    assert "something was changed" in bad.text
    assert (good.status_code, broken.status_code, long.status_code) == (200, 422, 422)


def test_f35_a_file_is_uploaded_as_it_was_downloaded(
    client: FlaskClient, expert: Person, stranger: FlaskClient
) -> None:
    file = client.get(f"{make(client)}.json")
    form = fill(stranger.get("/verify"), "/verify")

    def upload(content: bytes) -> str:
        sent = {**form, "upload": (BytesIO(content), "portfolio.json")}
        return stranger.post("/verify", data=sent).text

    assert "signed here, as it stands" in upload(file.data)
    # Some editors put a mark of byte order before what they keep.
    assert "signed here, as it stands" in upload(b"\xef\xbb\xbf" + file.data)
    assert "something was changed" in upload(file.data.replace(b": 3", b": 5"))


@pytest.mark.parametrize(
    "content", [b"", b"{", b'"text"', b"\xff\xfe\x00", b" " * 200_001, b"%PDF-1.4"]
)
def test_what_is_no_portfolio_is_told_in_plain_words(stranger: FlaskClient, content: bytes) -> None:
    form = fill(stranger.get("/verify"), "/verify")

    page = stranger.post("/verify", data={**form, "upload": (BytesIO(content), "cv.pdf")})

    assert page.status_code == 422
    assert "This is not the file of a portfolio." in page.text
    assert "JSON" not in page.text


def test_f35_what_was_taken_back_says_so_and_shows_nothing(
    client: FlaskClient, expert: Person, stranger: FlaskClient
) -> None:
    address = make(client, named="yes")
    way = f"/portfolio/{address.removeprefix('/verify/')}/revoke"
    done = client.post(way, data=fill(client.get("/portfolio"), way))

    page = stranger.get(address)

    assert (done.status_code, page.status_code) == (303, 410)
    assert "taken this portfolio back" in page.text
    assert "Ada" not in page.text
    assert "professional" not in page.text
    assert stranger.get(f"{address}.json").location == address
    assert "Taken back on" in client.get("/portfolio").text
    assert [form.action for form in forms_of(client.get("/portfolio"))] == ["/portfolio"]


def test_who_has_nothing_to_show_is_told(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    refused = client.post("/portfolio", data=fill(client.get("/portfolio"), "/portfolio"))

    assert refused.status_code == 409
    assert "nothing to show yet" in refused.text


def test_what_is_not_there_is_404(client: FlaskClient, expert: Person) -> None:
    token = fill(client.get("/portfolio"), "/portfolio")["csrf_token"]

    assert client.get("/verify/none").status_code == 404
    assert client.get("/verify/none.json").status_code == 404
    assert client.post("/portfolio/none/revoke", data={"csrf_token": token}).status_code == 404
