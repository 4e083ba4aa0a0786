"""A statement as PDF: what it holds, whatever its names are made of."""

import pytest

from evalhub.core.pay.earnings import Booked
from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.core.pay.statements import Month, Statement
from evalhub.core.pay.words import REASON_WORDS
from evalhub.services.paying.faces import MISSING, drawable
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


def test_letters_that_the_face_lacks_are_dots_in_their_place() -> None:
    assert drawable("Ada Söhne, 李雷") == f"Ada Söhne, {MISSING}{MISSING}"


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
