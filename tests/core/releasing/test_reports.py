"""What may be reported and answered."""

import pytest

from evalhub.core.releasing.reports import (
    Answer,
    AnsweredReport,
    ReportDecision,
    ReportKind,
    RowReport,
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
    with pytest.raises(BadInput, match="reason: needs 1 to 1000 characters"):
        Answer(ReportDecision.KEPT, reason)


def test_what_a_release_tells_names_nobody() -> None:
    assert set(AnsweredReport.__slots__) == {
        "number",
        "version",
        "pair_id",
        "kind",
        "decision",
        "reason",
    }
