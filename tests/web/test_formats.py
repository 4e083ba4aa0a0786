"""Formats of pages: words set as code."""

import re
from pathlib import Path

import pytest
from flask import Flask

import evalhub
from evalhub.core.money import parse_money
from evalhub.core.pay.statements import Month
from evalhub.web.formats import bound, code_words, is_right_to_left, month, sentence, typed_money

TEMPLATES = Path(evalhub.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rows say so in `is_simulated`.", "Rows say so in <code>is_simulated</code>."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("none", "none"),
        ("a ` alone", "a ` alone"),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("", ""),
    ],
    ids=["one", "two", "none", "unpaired", "hostile", "empty"],
)
def test_what_stands_between_backquotes_is_code_and_the_rest_is_escaped(
    text: str, shown: str
) -> None:
    assert str(code_words(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a 95 % interval", "a 95\u00a0% interval"),
        ("30 min, 12 s and 4 MB", "30\u00a0min, 12\u00a0s and 4\u00a0MB"),
        ("7 minutes and 3 sides", "7 minutes and 3 sides"),
        ("in per cent", "in per cent"),
    ],
)
def test_a_number_stays_with_its_unit(text: str, shown: str) -> None:
    assert bound(text) == shown


def test_no_template_lets_a_line_end_between_a_number_and_its_unit() -> None:
    loose = re.compile(r"(?:\d|\}\}) (?:%(?=[ <.,;:)”]|\{%|$)|(?:min|kB|MB)\b)")

    found = [
        f"{path.name}: {match.group()}"
        for path in TEMPLATES.rglob("*.html")
        for match in loose.finditer(path.read_text())
    ]

    assert found == []


def test_every_type_of_field_in_a_template_is_dressed() -> None:
    types = {
        found
        for path in TEMPLATES.rglob("*.html")
        for found in re.findall(r'<input [^>]*\btype="([a-z-]+)"', path.read_text())
    }
    sheet = (TEMPLATES.parent / "static" / "evalhub.css").read_text()

    assert {one for one in types if f'[type="{one}"]' not in sheet} == {"hidden"}


def test_every_field_of_a_template_says_its_type_by_which_it_is_dressed() -> None:
    untyped = re.compile(r"<input (?![^>]*\btype=)[^>]*>")

    found = [
        f"{path.name}: {match.group()}"
        for path in TEMPLATES.rglob("*.html")
        for match in untyped.finditer(path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("minor_units", "currency", "german"),
    [(101_450, "EUR", "1014,50"), (900, "JPY", "900"), (1_500, "KWD", "1.500")],
)
def test_an_amount_in_a_field_is_taken_as_it_stands_there(
    app: Flask, minor_units: int, currency: str, german: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "de"}):
        typed = typed_money(minor_units, currency)

    assert typed == german
    assert parse_money(typed, currency, where="pay") == minor_units


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ar", True),
        ("he-IL", True),
        ("FA", True),
        ("en", False),
        ("de-CH", False),
        ("ku-Arab", True),
        ("az-Arab-IR", True),
        ("ur-Latn", False),
        ("arn", False),
    ],
)
def test_a_tag_tells_which_way_a_language_is_written(tag: str, expected: bool) -> None:
    assert is_right_to_left(tag) is expected


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_month_is_written_in_words(app: Flask) -> None:
    with app.test_request_context("/"):
        english = month(Month(2026, 3))
    with app.test_request_context("/", headers={"Accept-Language": "de"}):
        german = month(Month(2026, 3))

    assert (english, german) == ("March 2026", "März 2026")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the budget is used up (1 spent)", "the budget is used up (1 spent)."),
        ("The connection was lost.", "The connection was lost."),
        ("cut off in the middle…", "cut off in the middle…"),
        ("", ""),
    ],
)
def test_a_reason_ends_as_a_sentence_does(text: str, shown: str) -> None:
    assert sentence(text) == shown
