"""Two versions are compared by ids, and every difference has its reason."""

from typing import Any

import pytest

from evalhub.core.releasing.diffing import ChangeKind, Comparison, RowChange, Side
from evalhub.core.releasing.vocabulary import Part


def judgment(key: str, pair: str, outcome: str, who: str = "ann") -> tuple[Part, dict[str, Any]]:
    row = {"judgment_id": key, "pair_id": pair, "pair_outcome": outcome, "annotator": who}
    return Part.JUDGMENTS, row


def pair(key: str, value: object = 1) -> tuple[Part, dict[str, Any]]:
    return Part.PAIRS, {"pair_id": key, "value": value}


def side(*rows: tuple[Part, dict[str, Any]]) -> Side:
    found = Side()
    for part, row in rows:
        found.add(part, row)
    return found


def changes(old: Side, new: Side, *withdrawn: str) -> list[tuple[Part, ChangeKind, str]]:
    found = Comparison(withdrawn)
    found.add(old, new)
    return [(one.part, one.kind, one.reason) for one in found.changes()]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("ann", "its expert withdrew their consent"),
        ("bob", "a filter leaves it out, or it is no longer in force"),
    ],
)
def test_a_judgment_that_is_gone_says_why(who: str, reason: str) -> None:
    found = changes(side(judgment("j", "p", "tie", who)), side(), "ann")

    assert found == [(Part.JUDGMENTS, ChangeKind.REMOVED, reason)]


def test_a_pair_that_became_a_tie_says_so_both_ways() -> None:
    chosen = side(pair("p"), judgment("j", "p", "preference"))
    tied = side(judgment("j", "p", "tie"))

    assert (Part.PAIRS, ChangeKind.REMOVED, "the pair is now: tie") in changes(chosen, tied)
    assert (Part.PAIRS, ChangeKind.ADDED, "the pair was: tie") in changes(tied, chosen)


def test_a_pair_without_judgments_and_a_new_one_say_so() -> None:
    assert changes(side(pair("p")), side(pair("q"))) == [
        (Part.PAIRS, ChangeKind.ADDED, "it is new"),
        (Part.PAIRS, ChangeKind.REMOVED, "no released judgment is about it"),
    ]


def test_a_prompt_that_is_gone_says_so() -> None:
    old = side((Part.PROMPTS, {"prompt_id": "p", "value": 1}))

    assert changes(old, side()) == [
        (Part.PROMPTS, ChangeKind.REMOVED, "no released judgment is about it")
    ]


def test_rows_with_other_values_name_the_columns() -> None:
    comparison = Comparison()
    # Prompt by prompt, and the last one first: the examples are the smallest ids all the same.
    for n in reversed(range(7)):
        comparison.add(side(pair(f"p{n}")), side(pair(f"p{n}", [n, None])))

    (found,) = comparison.changes()

    examples = ("p0", "p1", "p2", "p3", "p4")
    reason = "other values of value"
    assert found == RowChange(Part.PAIRS, ChangeKind.CHANGED, reason, 7, examples)


def test_a_table_with_other_columns_says_so() -> None:
    wider = side((Part.PAIRS, {"pair_id": "p", "value": 1, "more": 2}))

    assert changes(side(pair("p")), wider) == [
        (Part.PAIRS, ChangeKind.CHANGED, "its table has other columns")
    ]


def test_equal_versions_have_no_difference() -> None:
    assert changes(side(pair("p")), side(pair("p"))) == []
