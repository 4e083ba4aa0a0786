"""The words of statements, which are files and read the same in every language of the pages."""

from collections.abc import Mapping

from evalhub.core.pay.ledger import UnpaidReason, WorkKind

MINUTES_AN_HOUR = 60

KIND_WORDS: Mapping[WorkKind, str] = {
    WorkKind.COMPARISON: "Comparison",
    WorkKind.TRAINING: "Training",
    WorkKind.ASSESSMENT: "Assessment",
    WorkKind.REWORK: "Rework",
    WorkKind.DISPUTE: "Dispute",
    WorkKind.APPEAL: "Appeal of a review",
    WorkKind.ADJUSTMENT: "Adjustment",
}
REASON_WORDS: Mapping[UnpaidReason, str] = {
    UnpaidReason.RETURNED: "given back unjudged",
    UnpaidReason.EXPIRED: "the time to judge ran out",
    UnpaidReason.REMOVED: "taken off the project",
    UnpaidReason.OVER_CAP: "over the expected minutes",
    UnpaidReason.VOLUNTEER: "volunteered",
    UnpaidReason.TRAINING: "unpaid training",
    UnpaidReason.ASSESSMENT: "unpaid assessment",
    UnpaidReason.REWORK: "unpaid rework",
    UnpaidReason.DISPUTE: "dispute not upheld or not decided",
    UnpaidReason.APPEAL: "appeal not upheld",
}


def duration(seconds: int) -> str:
    """Return a time such as ``1 h 05 min``; seconds under a whole minute are left out.

    Time that moved elsewhere is below zero: its sign stands before the whole, ``-0 h 10 min``.
    """
    # Of the size alone: division rounds down, so -600 s would be an hour less 50 minutes.
    hours, minutes = divmod(abs(seconds) // 60, MINUTES_AN_HOUR)
    sign = "-" if seconds < 0 and (hours or minutes) else ""
    return f"{sign}{hours} h {minutes:02} min"
