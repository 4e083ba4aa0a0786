"""Dossiers and releases on German pages: titles and figures in German, the rest marked."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from evalhub.config import Settings
from evalhub.core.people import Role
from evalhub.core.releasing.card import LIMITS, PART_NOTES
from evalhub.core.releasing.dossier.vocabulary import WORDS, Section
from evalhub.db.engine import Database
from evalhub.web import release_words
from evalhub.web.release_words import p_words, span_words, titled
from tests.web.conftest import SignIn
from tests.web.test_releases import build

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GERMAN = {"Accept-Language": "de"}
RELEASE = "/releases/tiny/1.0.0"


def test_the_words_listed_are_those_that_files_hold() -> None:
    assert list(release_words.FIELDS) == [words.title for words in WORDS.values()]
    assert list(release_words.SECTIONS) == [section.value for section in Section]
    assert list(release_words.TABLES) == list(PART_NOTES.values())
    assert list(release_words.LIMITS) == list(LIMITS)


@on_sqlite
def test_a_german_auditor_reads_titles_tables_and_limits_in_german(
    client: FlaskClient, database: Database, settings: Settings, sign_in: SignIn
) -> None:
    build(database, settings)
    sign_in(client, {Role.AUDITOR})

    dossier = client.get(f"{RELEASE}/dossier", headers=GERMAN).text
    release = client.get(RELEASE, headers=GERMAN).text

    titles = re.findall(r'<h[23] [^>]*id="[\w-]+">([^<]+)', dossier)
    assert {"Was auf Verzerrungen untersucht wurde", "Vergütung nach Angebot"} <= set(titles)
    # What a file says stays English, and says so to a screen reader.
    assert '<th scope="row" class="wrap" lang="en">' in dossier
    assert '<section lang="en"' not in dossier
    assert "ein Urteil je Zeile" in release
    assert "Eine Präferenz ist das Urteil der Befragten" in release
    assert "one row a judgment, as shown" not in release


@on_sqlite
@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("10.0% to 90.0%", "10.0% to 90.0%", "10,0% bis 90,0%"),
        ("1,204", "1,204", "1.204"),
        ("", "", ""),
    ],
    ids=["ends", "one number", "none"],
)
def test_an_interval_is_written_as_its_reader_writes(
    app: Flask, text: str, english: str, german: str
) -> None:
    with app.test_request_context("/"):
        assert span_words(text) == english
    with app.test_request_context("/", headers=GERMAN):
        assert span_words(text) == german


@on_sqlite
def test_a_p_value_is_written_as_its_reader_writes(app: Flask) -> None:
    with app.test_request_context("/", headers=GERMAN):
        assert [p_words(one) for one in ("under 0.001", "0.042", "")] == [
            "unter 0,001",
            "0,042",
            "",
        ]


@on_sqlite
def test_a_title_nobody_has_translated_is_marked(app: Flask) -> None:
    with app.test_request_context("/", headers=GERMAN):
        assert titled("A <b>new</b> title") == Markup(
            '<span lang="en">A &lt;b&gt;new&lt;/b&gt; title</span>'
        )
    with app.test_request_context("/"):
        assert titled("A new title") == "A new title"
