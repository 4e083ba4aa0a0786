"""Say applications and attempts in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.pay.disputes import DisputeLevel
from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.assessments import AttemptState
from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.core.qualifying.item_statistics import ItemStatistics
from evalhub.services.qualifying.applying import StandingApplication
from evalhub.web.language import N_, Words, _, decimal, translated
from evalhub.web.qualifying_words import plain

__all__ = [
    "ATTEMPT_WORDS",
    "DECISION_VERBS",
    "DECISION_WORDS",
    "LEVEL_WORDS",
    "OUTCOME_VERBS",
    "OUTCOME_WORDS",
    "discrimination_words",
    "pass_words",
    "plain",
    "standing_words",
]

ATTEMPT_WORDS: Mapping[AttemptState, str] = Words(
    {
        AttemptState.RUNNING: N_("under way"),
        AttemptState.HANDED_IN: N_("handed in"),
        AttemptState.TIMED_OUT: N_("ended by the clock"),
        AttemptState.RESET: N_("set aside"),
    }
)
OUTCOME_WORDS: Mapping[ContestOutcome, str] = Words(
    {
        ContestOutcome.UPHELD: N_("the key stands"),
        ContestOutcome.OVERTURNED: N_("the key was wrong"),
    }
)
OUTCOME_VERBS: Mapping[ContestOutcome, str] = Words(
    {
        ContestOutcome.UPHELD: N_("It stands"),
        ContestOutcome.OVERTURNED: N_("It was wrong, and another takes its place"),
    }
)
LEVEL_WORDS: Mapping[DisputeLevel, str] = Words(
    {
        DisputeLevel.COORDINATION: N_("by those who run projects"),
        DisputeLevel.ADMINISTRATION: N_("by the administration"),
    }
)
DECISION_WORDS: Mapping[ApplicationDecision, str] = Words(
    {
        ApplicationDecision.ACCEPTED: N_("accepted"),
        ApplicationDecision.DECLINED: N_("declined"),
        ApplicationDecision.WITHDRAWN: N_("withdrawn"),
    }
)
DECISION_VERBS: Mapping[ApplicationDecision, str] = Words(
    {
        ApplicationDecision.ACCEPTED: N_("Accept"),
        ApplicationDecision.DECLINED: N_("Decline"),
    }
)


def standing_words(found: StandingApplication) -> str:
    """Return where an application stands and what comes next."""
    if found.decision is not None:
        return DECISION_WORDS[found.decision]
    return _("waits for a person to decide") if found.is_assessed else _("waits for the assessment")


def pass_words(one: ItemStatistics) -> str:
    """Return how many answered an item right, with its interval."""
    rate = one.pass_rate
    if rate.value is None or rate.interval is None:
        return _("nobody has answered")
    return _(
        "%(rate)s %% (95 %% interval %(low)s to %(high)s, n = %(n)s)",
        rate=decimal(100 * rate.value, 0),
        low=decimal(100 * rate.interval.low, 0),
        high=decimal(100 * rate.interval.high, 0),
        n=rate.n,
    )


def discrimination_words(one: ItemStatistics) -> str:
    """Return whether an item tells people apart, with its interval or why there is no figure."""
    found = one.discrimination
    if found.value is None:
        return translated(found.reason or "")
    if found.interval is None:
        return _("%(value)s (n = %(n)s)", value=decimal(found.value, 2), n=found.n)
    return _(
        "%(value)s (95 %% interval %(low)s to %(high)s, n = %(n)s)",
        value=decimal(found.value, 2),
        low=decimal(found.interval.low, 2),
        high=decimal(found.interval.high, 2),
        n=found.n,
    )
