"""Trainings: read from files, cut into paid steps, and passed by what was right."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.core.qualifying.training_pages import Page, joined_pages, split_pages
from evalhub.core.qualifying.trainings import (
    BREAK_SECONDS,
    Outcome,
    Training,
    counted_seconds,
    outcome_of,
    read_training,
    trained,
    training_from_json,
    training_to_json,
)
from evalhub.errors import BadInput
from tests.core.qualifying.test_assessments import item


def document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - anything may stand in a file
    """Return a training of one page and two pairs that pays 10.00 for 30 minutes."""
    whole = {
        "schema": "evalhub.training/1",
        "slug": "medicine-intro",
        "domain": "medicine",
        "title": "First steps",
        "rubric": "small@1.0.0",
        "minutes": 30,
        "pay_minor_units": 1000,
        "pay_currency": "USD",
        "pass_share": 0.5,
        "pages": [{"title": "How to judge", "text": "Read **both** answers."}],
        "items": [item(), item(accepts=(1, 2, 3))],
    }
    return {**whole, **changes}


def training(**changes: Any) -> Training:  # noqa: ANN401 - anything may stand in a file
    return read_training(document(**changes), where="t.json")


def test_a_training_is_kept_as_files_have_it() -> None:
    found = training()

    assert found.pages == (Page("How to judge", "Read **both** answers."),)
    assert [one.prompt for one in found.items] == ["What dose?"] * 2
    assert training_to_json(found) == document()
    assert training_from_json(training_to_json(found)) == found


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"schema": "x"}, "no object of the schema evalhub.training/1"),
        ({"slug": "Two words"}, "t.json, slug"),
        ({"domain": ""}, "t.json, domain"),
        ({"title": "\n"}, "t.json, title: needs one line"),
        ({"minutes": 0}, "minutes: must be a whole number from 1 to 480"),
        ({"minutes": "30"}, "minutes: must be a whole number from 1 to 480"),
        ({"pay_minor_units": -1}, "pay: needs a whole number of minor units"),
        ({"pay_currency": "usd"}, "pay: needs a whole number of minor units and a currency"),
        ({"pass_share": 1.5}, "pass_share: must lie between 0 and 1"),
        ({"pass_share": True}, "pass_share: must lie between 0 and 1"),
        ({"pages": [], "items": []}, "pages: needs a page or a pair"),
        ({"pages": "x", "items": []}, "pages: needs a page or a pair"),
        ({"pages": [{}]}, "page 1, title: needs one line"),
        ({"pages": [{"title": "T", "text": " "}]}, "page 1, text: needs 1 to"),
        ({"pages": [{"title": "T", "text": "a\n# b"}]}, "page 1, text: holds a first-level"),
        ({"items": [{}]}, "item 1, skill"),
        ({"items": [item(accepts=(9,))]}, "item 1, key, accepts: needs preferences"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
def test_a_broken_file_is_refused_with_the_place(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        training(**changes)


@settings(max_examples=25, deadline=None)
@given(
    n_pages=st.integers(0, 7),
    n_items=st.integers(1, 7),
    pay=st.integers(0, 100_000),
    minutes=st.integers(1, 480),
)
def test_f57_the_steps_add_up_to_the_whole_pay_and_its_time(
    n_pages: int, n_items: int, pay: int, minutes: int
) -> None:
    found = training(
        pages=[{"title": "T", "text": "x"}] * n_pages,
        items=[item()] * n_items,
        pay_minor_units=pay,
        minutes=minutes,
    )
    steps = range(found.n_steps)

    assert sum(found.pay_at(one) for one in steps) == pay
    assert sum(found.cap_at(one) for one in steps) == minutes * 60
    assert max(map(found.pay_at, steps)) - min(map(found.pay_at, steps)) <= 1


def test_f57_a_step_is_paid_by_its_share_and_what_is_over_it_is_unpaid() -> None:
    quick = trained(7, training(), 0, seconds=60, is_first=True)
    slow = trained(7, training(), 2, seconds=700, is_first=True)

    assert [(one.key, one.kind, one.seconds, one.minor_units) for one in quick] == [
        ("training:7:0", WorkKind.TRAINING, 60, 333)
    ]
    assert [(one.key, one.seconds, one.minor_units, one.unpaid_reason) for one in slow] == [
        ("training:7:2", 600, 334, None),
        ("training:7:2:over", 100, 0, UnpaidReason.OVER_CAP),
    ]


@pytest.mark.parametrize(("pay", "is_first"), [(0, True), (1000, False)], ids=["unpaid", "again"])
def test_f57_time_that_is_not_paid_says_so(pay: int, is_first: bool) -> None:
    (entry,) = trained(7, training(pay_minor_units=pay), 1, seconds=700, is_first=is_first)

    assert (entry.seconds, entry.minor_units) == (700, 0)
    assert entry.unpaid_reason is UnpaidReason.TRAINING


@pytest.mark.parametrize(
    ("elapsed", "counted"),
    [(59.6, 60), (BREAK_SECONDS, BREAK_SECONDS), (BREAK_SECONDS + 1, 240), (-5.0, 0)],
    ids=["a minute", "long", "a break", "a clock set back"],
)
def test_a_long_gap_is_a_break(elapsed: float, counted: int) -> None:
    assert counted_seconds(elapsed, 240) == counted


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({0: 0, 1: -1}, None),
        ({0: 0, 1: -1, 2: 3}, Outcome(2, 2, is_passed=True)),
        ({0: 0, 1: -1, 2: 0}, Outcome(1, 2, is_passed=True)),
        ({0: 0, 1: 1, 2: 0}, Outcome(0, 2, is_passed=False)),
    ],
    ids=["not over", "all right", "enough", "too few"],
)
def test_a_round_is_passed_by_what_was_right(
    answers: dict[int, int], outcome: Outcome | None
) -> None:
    assert outcome_of(training(), answers) == outcome


def test_reading_is_enough_where_there_are_no_pairs() -> None:
    assert outcome_of(training(items=[]), {0: 0}) == Outcome(0, 0, is_passed=True)


def test_a_share_asks_for_whole_pairs_without_rounding_errors() -> None:
    assert training(items=[item()] * 10, pass_share=0.7).n_right_needed == 7
    assert training(items=[item()] * 3, pass_share=0.5).n_right_needed == 2


def test_each_heading_begins_a_page_and_comments_of_code_do_not() -> None:
    text = "# One\r\n\r\nText\n\n## Part\n```python\n# no page\n~~~\n# nor this\n```\n# Two\nEnd"

    first, second = split_pages(text)

    assert first.title == "One"
    assert first.text == "Text\n\n## Part\n```python\n# no page\n~~~\n# nor this\n```"
    assert second == Page("Two", "End")
    assert split_pages(joined_pages((first, second))) == (first, second)


def test_what_stands_before_the_first_heading_has_no_title() -> None:
    assert split_pages("Hello\n# One\nText") == (Page("", "Hello"), Page("One", "Text"))
    assert split_pages(" \n") == ()
