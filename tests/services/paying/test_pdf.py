"""A statement as PDF: what it holds, whatever its names are made of."""

import unicodedata
from io import BytesIO

import pytest
from pypdf import PdfReader

from evalhub.core.pay.earnings import Booked
from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.core.pay.statements import Month, Statement
from evalhub.core.pay.words import REASON_WORDS
from evalhub.services.paying.faces import HAN, MISSING, set_text, undrawable
from evalhub.services.paying.pdf import statement_pdf
from evalhub.services.paying.speech import ENGLISH, Speech
from evalhub.web.pay_words import UNPAID_WORDS
from tests.core.pay.booked import booked

FULL = (
    booked(60, 6_000),
    booked(30, reason=UnpaidReason.OVER_CAP),
    booked(None, 500, currency="EUR"),
    booked(20, reason=UnpaidReason.TRAINING, kind=WorkKind.TRAINING, title=""),
)


def pdf(*entries: Booked, name: str = "Ada Example", is_open: bool = False) -> bytes:
    return statement_pdf(Statement("a1b2", name, Month(2026, 11), is_open, entries))


@pytest.mark.parametrize("name", ["<b>Ada & Söhne</b>", "李雷", "Ада", "a\u202eb", ""])
def test_any_name_makes_a_file(name: str) -> None:
    assert pdf(*FULL, name=name).endswith(b"%%EOF\n")


def test_other_entries_make_another_file_and_the_same_the_same() -> None:
    assert pdf(*FULL) == pdf(*FULL)
    assert pdf(*FULL) != pdf(*FULL[:2])
    assert pdf(*FULL) != pdf(*FULL, is_open=True)


def test_a_month_without_entries_is_a_file_too() -> None:
    assert pdf().startswith(b"%PDF")


def test_a_long_month_goes_over_several_pages() -> None:
    entries = [booked(1, 1, title=f"Project {number}") for number in range(120)]

    assert pdf(*entries).count(b"/Type /Page") > 3


def text_of(file: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(file)).pages]
    return " ".join(" ".join(pages).split())


def test_too_little_time_is_said_to_be_too_little() -> None:
    assert "too little time to tell; it is told from ten minutes" in text_of(
        pdf(booked(0.5, 1_000))
    )


NAMES = (
    *("Nguyễn Thị Ánh", "Ελένη Παπαδοπούλου", "Дмитрий Щёголев", "გიორგი მაისურაძე", "Łukasz Żółć"),
    *("สมชาย ใจดี", "שרה", "王小明", "山田たろう", "김민수", "Li王"),
)
ARABIC, DEVANAGARI = "محمد علي", "प्रिया"


@pytest.fixture(scope="module")
def drawn() -> str:
    """Give what can be read out of a statement about projects with names of many scripts."""
    entries = [booked(1, 1, title=title) for title in (*NAMES, ARABIC, DEVANAGARI)]
    return text_of(pdf(*entries, name="Ada Example"))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_drawn_in_its_letters(drawn: str, name: str) -> None:
    assert name in drawn


def test_arabic_letters_are_joined_and_stand_from_the_right(drawn: str) -> None:
    # Read back as the joined forms that were drawn, each of which stands for its letter.
    assert ARABIC not in drawn
    assert ARABIC in unicodedata.normalize("NFKC", drawn)


def test_letters_with_marks_leave_no_gap(drawn: str) -> None:
    assert MISSING not in drawn
    assert "could not be drawn" not in drawn


def test_the_words_of_a_statement_can_be_copied() -> None:
    assert "are left out of it on both sides." in text_of(pdf(*FULL))


def test_what_no_face_has_is_named_and_not_hidden() -> None:
    found = text_of(pdf(booked(60, 6_000, title="ગુજરાતી 😀"), name="Ada ગ"))

    assert f"Ada {MISSING}" in found
    assert "A dot stands for what could not be drawn: U+0A97 GUJARATI LETTER GA;" in found
    assert "U+1F600 GRINNING FACE" in found
    assert "U+0A97 GUJARATI LETTER GA" in text_of(pdf(name="Ada ગ"))


@pytest.mark.parametrize(
    ("text", "set_as"),
    [
        ("Ada <b> & Söhne", "Ada &lt;b&gt; &amp; Söhne"),
        ("one\n two", "one two"),
        ("e\u0301", "é"),
        ("a · b", "a · b"),
        ("王小明, a1b2", f'<font name="{HAN}">王小明</font>, a1b2'),
        ("שרה כהן a1", "כהן שרה a1"),
        ("a1 שרה כהן", "a1 כהן שרה"),
        ("José王é", f'José<font name="{HAN}">王</font>é'),
    ],
)
def test_each_word_stands_in_faces_that_draw_it_and_in_its_order(text: str, set_as: str) -> None:
    assert set_text(text) == set_as


def test_letters_beside_another_script_are_drawn_and_not_named() -> None:
    assert undrawable("José王é ガ한") == ()


def test_a_dot_that_was_written_is_not_taken_for_a_gap() -> None:
    assert undrawable(f"a {MISSING} b") == ()


def test_a_statement_speaks_as_it_is_told() -> None:
    said: list[str] = []

    def say(text: str) -> str:
        said.append(str(text))
        return f"«{text}»"

    statement = Statement("a1b2", "Ada", Month(2026, 11), True, FULL)
    loud = Speech("de", say, lambda units, currency: f"{units} {currency}")

    assert statement_pdf(statement, loud) != statement_pdf(statement, ENGLISH)
    assert {"Statement of work, 2026-11", "Work", "Comparison", "unpaid training"} <= set(said)
    assert {"outside projects", "1 untimed"} <= set(said)
    assert any(words.startswith("Effective hour in USD: ") for words in said)


def test_the_reasons_are_those_that_pages_can_translate() -> None:
    assert tuple(REASON_WORDS.values()) == UNPAID_WORDS
