"""The scan for personal data: what has a form is found, figures of the trade are not."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.releasing.clearance import ScanCount, ScanPlace
from evalhub.core.releasing.personal_data import (
    SEARCHES,
    DataKind,
    PersonalDataScan,
    find_personal_data,
    worth_searching,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to jane.roe+ward@clinic.nhs.uk, please.", DataKind.EMAIL),
        ("Call +49 30 901820 after noon.", DataKind.PHONE),
        ("Ring me on +44 (0)20 7946 0018.", DataKind.PHONE),
        ("Pay to DE89 3704 0044 0532 0130 00 today.", DataKind.IBAN),
        ("The card is 4111-1111-1111-1111?", DataKind.PAYMENT_CARD),
        ("Card 5500 0000 0000 0004, thanks.", DataKind.PAYMENT_CARD),
        ("Her SSN is 536-90-4399.", DataKind.US_SSN),
    ],
)
def test_what_has_a_form_is_found(text: str, kind: DataKind) -> None:
    assert find_personal_data(text) == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "Give 500 mg every 4-6 h, at most 4,000 mg a day.",
        "Anyone at example.com or me@example.org may read it.",
        "pip install git+https://host/x@v1.2.3",
        "3 + 49 30 = 52, and 1+2345678901 is a sum.",
        "GB82 WEST 1234 5698 7654 33 fails its check digits.",
        "4111 1111 1111 1112 fails its check digit.",
        "0000000000000000 and 5555555555555555 are drawn, not issued.",
        "Case 000-12-3456 and 666-12-3456 were never given out.",
        "The constant is 3.14159265358979323846.",
        "Version 2026-11-26 10:15:00 of the file.",
        "",
    ],
)
def test_figures_of_the_trade_are_left_alone(text: str) -> None:
    assert find_personal_data(text) == Counter()


def test_names_are_not_found_as_the_method_says() -> None:
    scan = PersonalDataScan()

    assert not scan.is_found("Jane Roe lives in 12 Mill Lane, Leeds.", ScanPlace.REASON)
    assert "Names" in scan.facts().method


def test_hits_are_counted_by_kind_and_place() -> None:
    scan = PersonalDataScan()
    for text in ("a@b.org and c@d.org", "a@b.org", "nothing"):
        scan.is_found(text, ScanPlace.PROMPT)
    scan.is_found("+49 30 901820", ScanPlace.REASON)

    facts = scan.facts()

    assert facts.n_texts == 4
    assert facts.n_hits == 4
    assert facts.counts == (
        ScanCount("email", ScanPlace.PROMPT, n_texts=2, n_hits=3),
        ScanCount("phone", ScanPlace.REASON, n_texts=1, n_hits=1),
    )
    assert any(name.startswith("phonenumbers") for name in facts.libraries)


PIECES = st.sampled_from(
    [
        "jane@clinic.org",
        "+49 30 901820",
        "DE89 3704 0044 0532 0130 00",
        "MT84MALT011000012345MTLCAST001S",
        "4111-1111 11111111",
        "536-90-4399",
        *" \n.-+@(,0369AZé",
        "2026-11-26",
        "GB82",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join))
def test_a_hint_never_hides_what_the_search_would_find(text: str) -> None:
    whole = {kind: sum(1 for _ in search.find(text)) for kind, search in SEARCHES.items()}

    assert find_personal_data(text) == Counter({kind: n for kind, n in whole.items() if n})
    assert worth_searching([text])[0] or not any(whole.values())


@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join))
def test_the_search_for_all_hints_at_once_passes_none_over(text: str) -> None:
    is_hinted = any(search.hint.search(text) for search in SEARCHES.values())

    assert worth_searching([text, "", text]) >= [is_hinted, False, is_hinted]


@pytest.mark.parametrize(
    "text",
    [
        "+\u0664\u0669 \u0663\u0660 901820",
        "DE\u0668\u0669",
        "\u0661-\u0662\u0663-\u0664",
        "\uff0b49 30",
    ],
    ids=["phone", "iban", "ssn", "wide plus"],
)
def test_figures_of_every_script_are_worth_a_search(text: str) -> None:
    assert worth_searching([text]) == [True]


def test_plain_prose_is_not_worth_a_search() -> None:
    assert worth_searching(["Give 500 mg every 4-6 h.", "Größe: 3 + x", "日本語 3"]) == [False] * 3


def test_many_texts_are_told_apart_and_all_of_them_counted() -> None:
    scan = PersonalDataScan()

    found = scan.found_in(["a@b.org", "nothing", "me@example.org"], ScanPlace.RESPONSE)

    assert found == [True, False, False]
    assert scan.facts().n_texts == 3
    assert scan.facts().counts == (ScanCount("email", ScanPlace.RESPONSE, n_texts=1, n_hits=1),)
