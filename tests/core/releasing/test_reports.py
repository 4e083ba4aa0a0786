"""What may be reported and answered."""

import pytest

from evalhub.core.releasing.reports import (
    Answer,
    AnsweredReport,
    ReportDecision,
    ReportKind,
    RowReport,
    not_yet_told,
)
from evalhub.errors import BadInput


@pytest.mark.parametrize(
    ("pair_id", "text", "places"),
    [
        ("", "x", ["pair_id"]),
        ("a" * 65, "x", ["pair_id"]),
        ("a", " \n", ["text"]),
        ("a", "x" * 2_001, ["text"]),
        ("", "", ["pair_id", "text"]),
    ],
)
def test_a_report_that_breaks_a_rule_names_each_field(
    pair_id: str, text: str, places: list[str]
) -> None:
    with pytest.raises(BadInput) as caught:
        RowReport(pair_id, ReportKind.OTHER, text)

    assert [problem.where for problem in caught.value.problems] == places


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1_001])
def test_a_decision_needs_a_reason(reason: str) -> None:
    with pytest.raises(BadInput, match=r"reason: (write|has 1,001|.* at most 1,000)"):
        Answer(ReportDecision.KEPT, reason)


def test_what_a_release_tells_names_nobody() -> None:
    assert set(AnsweredReport.__slots__) == {
        "number",
        "version",
        "pair_id",
        "kind",
        "decision",
        "reason",
        "revision",
    }


def answered(number: int, revision: int, reason: str = "It is cut.") -> AnsweredReport:
    return AnsweredReport(
        number, "1.0.0", "a", ReportKind.OTHER, ReportDecision.LEFT_OUT, reason, revision
    )


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ([], [1, 2]),
        ([answered(1, 1), answered(2, 3)], []),
        ([answered(1, 1), answered(2, 1)], [2]),
        ([answered(1, 1), answered(2, 0)], []),
        ([answered(1, 1, "It was cut."), answered(2, 3)], [1]),
    ],
    ids=["nothing", "all", "an earlier decision", "by an older manifest", "for another reason"],
)
def test_a_decision_is_news_unless_it_was_told(told: list[AnsweredReport], news: list[int]) -> None:
    found = not_yet_told([answered(1, 1), answered(2, 3)], told)

    assert [one.number for one in found] == news
