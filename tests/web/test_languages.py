"""Which language a page is in, and how a reader changes it."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.errors import Sentence
from evalhub.web.formats import day, moment
from evalhub.web.language import (
    LANGUAGES,
    Words,
    _,
    current_language,
    decimal,
    ngettext,
    number,
    translated,
)
from tests.databases import OpenDatabases
from tests.web.conftest import SignIn
from tests.web.pages import fill

GERMAN = {"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}


@pytest.fixture
def database_url(sqlite_template: Path, databases: OpenDatabases) -> str:
    """Give the URL of a fresh, migrated SQLite database; pages speak alike on both."""
    return databases.copy_sqlite(sqlite_template)


def language_of(page: str) -> str:
    found = re.search(r'<html lang="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("fr, de;q=0.5", "de"),
        ("fr", "en"),
        ("en-GB, de;q=0.9", "en"),
        ("de;q=0.3, en;q=0.7", "en"),
        ("de;q=0, fr", "en"),
        ("*", "en"),
        ("", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(
    client: FlaskClient, asked: str, language: str
) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": asked})

    assert language_of(page.text) == language
    assert page.headers["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(page.vary.as_set(preserve_casing=True))


def test_a_choice_made_signed_out_is_kept_by_the_browser(client: FlaskClient) -> None:
    form = fill(client.get("/sign-in?next=/work"), "/language", language="de")

    answer = client.post("/language", data=form)

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/work")
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith("language=de;") or "language=de;" in ",".join(
        answer.headers.getlist("Set-Cookie")
    )
    assert "Anmelden" in client.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_a_choice_made_signed_in_is_kept_with_the_account(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    person = sign_in(client, [Role.ANNOTATOR])

    client.post("/language", data=fill(client.get("/account"), "/language", language="de"))

    # As on another device, where the browser was told nothing.
    client.delete_cookie("language")
    assert language_of(client.get("/account", headers={"Accept-Language": "en"}).text) == "de"
    with database.transaction(write=False) as session:
        assert session.get_one(Person, person.id).language == "de"


def test_the_account_of_somebody_else_keeps_its_language(
    app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    other = app.test_client()
    sign_in(other)
    sign_in(client)

    client.post("/language", data=fill(client.get("/account"), "/language", language="de"))

    assert language_of(other.get("/account").text) == "en"


@pytest.mark.parametrize("language", ["", "fr", "../de", "de\r\nX: 1", "<b>"])
def test_a_language_that_is_not_there_is_refused(client: FlaskClient, language: str) -> None:
    form = fill(client.get("/sign-in"), "/language", language=language)

    answer = client.post("/language", data=form)

    assert answer.status_code == 422
    assert client.get_cookie("language") is None


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x", ""]
)
def test_a_choice_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    form = fill(client.get("/sign-in"), "/language", language="de", next=target)

    assert client.post("/language", data=form).location == "/"


def test_a_choice_needs_the_token_of_its_page(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "de", "next": "/"})

    assert answer.status_code == 400
    assert client.get_cookie("language") is None


def test_a_cookie_that_names_no_language_counts_for_nothing(client: FlaskClient) -> None:
    client.set_cookie("language", "xx")

    assert language_of(client.get("/sign-in", headers=GERMAN).text) == "de"


def test_the_page_of_a_form_that_came_back_is_where_the_choice_leads(client: FlaskClient) -> None:
    sent = fill(client.get("/sign-in"), "/sign-in", email="nobody@example.org", password="x" * 12)

    page = client.post("/sign-in", data=sent, headers=GERMAN)

    assert "Die E-Mail-Adresse oder das Passwort stimmt nicht." in page.text
    assert fill(page, "/language")["next"] == ["/sign-in"]


def test_a_failure_speaks_the_language_of_the_reader(client: FlaskClient) -> None:
    page = client.get("/static/nowhere.css", headers=GERMAN)

    assert "Hier ist nichts" in page.text
    assert "Unter dieser Adresse ist nichts" in page.text


def test_the_api_speaks_english(client: FlaskClient) -> None:
    client.set_cookie("language", "de")

    answer = client.get("/api/v1/releases", headers=GERMAN)

    assert answer.json is not None
    assert answer.json["error"]["message"].startswith("Send an API key as")
    assert "Content-Language" not in answer.headers


def test_scripts_find_their_words_in_the_page_and_none_in_english(client: FlaskClient) -> None:
    german = client.get("/sign-in", headers=GERMAN).text
    block = re.search(r'<script type="application/json" data-words>(.+?)</script>', german)

    assert block is not None
    words = json.loads(block[1])
    assert words["Hide password"] == "Passwort verbergen"
    assert "Sign in" not in words, "a script gets its own words and no others"
    assert "data-words" not in client.get("/sign-in").text


def test_every_language_is_offered_by_its_own_name(client: FlaskClient) -> None:
    page = client.get("/sign-in").text

    for tag, name in LANGUAGES.items():
        assert f'value="{tag}" lang="{tag}"' in page
        assert f">{name}</button>" in page


def test_numbers_and_dates_are_written_as_the_language_writes_them(app: Flask) -> None:
    then = datetime(2026, 3, 5, 14, 7, tzinfo=UTC)

    with app.test_request_context("/"):
        english = [number(1133), decimal(1133.5, 2), day(date(2026, 3, 5)), moment(then)]
    with app.test_request_context("/", headers=GERMAN):
        german = [number(1133), decimal(1133.5, 2), day(date(2026, 3, 5)), moment(then)]

    assert english == ["1,133", "1133.50", "5 March 2026", "5 March 2026, 14:07 UTC"]
    assert german == ["1.133", "1133,50", "5. März 2026", "5. März 2026, 14:07 UTC"]


def test_a_number_chooses_the_form_of_its_text(app: Flask) -> None:
    form = ("One thing needs a change", "%(num)s things need a change")

    with app.test_request_context("/", headers=GERMAN):
        said = [ngettext(*form, 1), ngettext(*form, 2), ngettext(*form, 1000)]

    assert said == [
        "Eine Angabe ist zu ändern",
        "2 Angaben sind zu ändern",
        "1.000 Angaben sind zu ändern",
    ]


def test_words_outside_a_request_are_english() -> None:
    assert current_language() == "en"
    assert _("Sign in") == "Sign in"
    assert ngettext("%(num)s day", "%(num)s days", 2000) == "2,000 days"
    assert translated(Sentence("%(n)s of %(kind)s", n=1200, kind="both")) == "1,200 of both"


def test_a_sentence_from_below_the_pages_is_said_with_its_values(app: Flask) -> None:
    known = Sentence(
        "This page is for the role %(names)s, which you do not hold. An admin can give it to you.",
        names="x",
    )

    with app.test_request_context("/", headers=GERMAN):
        said = [translated(text) for text in (known, "Sign in to go on.", "not in any book", "")]

    assert said[0].startswith("Diese Seite ist für die Rolle x,")
    assert said[1:] == ["Melden Sie sich an, um fortzufahren.", "not in any book", ""]


def test_words_of_a_vocabulary_are_said_when_they_are_read(app: Flask) -> None:
    words = Words({Role.LAB: "lab"})

    with app.test_request_context("/", headers=GERMAN):
        german = dict(words)

    assert (german, words[Role.LAB], len(words)) == ({Role.LAB: "Labor"}, "lab", 1)
