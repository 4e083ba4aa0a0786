"""Say tiers, types of task and reasons in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.pay.disputes import DisputeLevel, DisputeState, DisputeStep
from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.core.pay.tiers import PayTier
from evalhub.web.language import N_, Words, _

TIER_NAMES: Mapping[PayTier, str] = Words(
    {
        PayTier.VOLUNTEER: N_("Volunteer"),
        PayTier.GENERAL: N_("General"),
        PayTier.MULTILINGUAL: N_("Multilingual"),
        PayTier.CODING_STEM: N_("Coding and STEM"),
        PayTier.PROFESSIONAL: N_("Professional"),
    }
)

KIND_NAMES: Mapping[WorkKind, str] = Words(
    {
        WorkKind.COMPARISON: N_("Comparison"),
        WorkKind.TRAINING: N_("Training"),
        WorkKind.ASSESSMENT: N_("Assessment"),
        WorkKind.REWORK: N_("Rework"),
        WorkKind.DISPUTE: N_("Dispute"),
        WorkKind.APPEAL: N_("Appeal of a review"),
        WorkKind.ADJUSTMENT: N_("Adjustment"),
    }
)

REASON_NAMES: Mapping[UnpaidReason, str] = Words(
    {
        UnpaidReason.RETURNED: N_("Given back unjudged"),
        UnpaidReason.EXPIRED: N_("The time to judge ran out"),
        UnpaidReason.REMOVED: N_("Taken off the project"),
        UnpaidReason.OVER_CAP: N_("Over the expected minutes"),
        UnpaidReason.VOLUNTEER: N_("Volunteered"),
        UnpaidReason.TRAINING: N_("Unpaid training"),
        UnpaidReason.ASSESSMENT: N_("Unpaid assessment"),
        UnpaidReason.REWORK: N_("Unpaid rework"),
        UnpaidReason.DISPUTE: N_("A dispute not upheld or not decided"),
        UnpaidReason.APPEAL: N_("An appeal not upheld"),
    }
)


UNPAID_WORDS = (
    N_("given back unjudged"),
    N_("the time to judge ran out"),
    N_("taken off the project"),
    N_("over the expected minutes"),
    N_("volunteered"),
    N_("unpaid training"),
    N_("unpaid assessment"),
    N_("unpaid rework"),
    N_("dispute not upheld or not decided"),
    N_("appeal not upheld"),
)
"""Why time is unpaid, as statements and dossiers say it; the words themselves stand in the core."""


STEP_NAMES: Mapping[DisputeStep, str] = Words(
    {
        DisputeStep.UPHELD: N_("Upheld"),
        DisputeStep.REJECTED: N_("Rejected"),
        DisputeStep.APPEALED: N_("Taken to the administration"),
    }
)

LEVEL_NAMES: Mapping[DisputeLevel, str] = Words(
    {
        DisputeLevel.COORDINATION: N_("Coordination"),
        DisputeLevel.ADMINISTRATION: N_("Administration"),
    }
)

STATE_NAMES: Mapping[DisputeState, str] = Words(
    {
        DisputeState.OPEN: N_("Open"),
        DisputeState.REJECTED: N_("Rejected; you can appeal once"),
        DisputeState.CLOSED: N_("Answered for good"),
    }
)


def task_name(kind: WorkKind, domain: str) -> str:
    """Return a type of task such as "Comparison, medicine"."""
    name = KIND_NAMES[kind]
    return f"{name}, {domain.replace('_', ' ')}" if domain else name


def span(seconds: int) -> str:
    """Return a time such as ``1 h 05 min``, whole minutes only; ``-10 min`` for what moved."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    # A minus and no hyphen: a line may break after a hyphen, and screen readers pass over it.
    sign = "\u2212" if seconds < 0 and (hours or minutes) else ""
    if hours:
        return f"{sign}{hours}\u00a0h {minutes:02}\u00a0min"
    signed = f"{sign}{minutes}"
    return _("%(minutes)s\u00a0min", minutes=signed)
