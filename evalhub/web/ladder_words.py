"""Say what levels ask for, and what somebody has of it, in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.qualifying.ladder import Criterion, CriterionKind, Evidence, Rung
from evalhub.core.qualifying.levels import LadderOutcome
from evalhub.core.scoring.intervals.shares import Share
from evalhub.web.language import N_, Words, _, decimal, number, translated
from evalhub.web.qualifying_words import LEVEL_NAMES, LEVEL_NOTES, plain

__all__ = [
    "CRITERION_NAMES",
    "LEVEL_NAMES",
    "LEVEL_NOTES",
    "OUTCOME_VERBS",
    "OUTCOME_WORDS",
    "asked_words",
    "had_words",
    "plain",
    "share_words",
]

MIN_SHOWN = 10
"""Pairs from which a share of agreement is shown: on fewer it is what somebody said of one pair."""

CRITERION_NAMES: Mapping[CriterionKind, str] = Words(
    {
        CriterionKind.TRAINING: N_("Training"),
        CriterionKind.ASSESSMENT: N_("Assessment"),
        CriterionKind.CREDENTIAL: N_("Credential"),
        CriterionKind.JUDGMENTS: N_("Judgments"),
        CriterionKind.AGREEMENT: N_("Agreement"),
    }
)
OUTCOME_WORDS: Mapping[LadderOutcome, str] = Words(
    {
        LadderOutcome.PROMOTE: N_("the next level"),
        LadderOutcome.KEEP: N_("stays as it is"),
        LadderOutcome.LOWER: N_("one level lower"),
    }
)
OUTCOME_VERBS: Mapping[LadderOutcome, str] = Words(
    {
        LadderOutcome.PROMOTE: N_("Give the next level"),
        LadderOutcome.KEEP: N_("Keep it, and renew one that ends"),
        LadderOutcome.LOWER: N_("Lower it by one"),
    }
)


def asked_words(one: Criterion, rung: Rung) -> str:
    """Return what a criterion asks for."""
    if one.kind is CriterionKind.TRAINING:
        return _("one of this domain, passed")
    if one.kind is CriterionKind.ASSESSMENT:
        return _("the one of this domain, passed")
    if one.kind is CriterionKind.CREDENTIAL:
        return _("one of this domain, verified")
    if one.kind is CriterionKind.JUDGMENTS:
        return _("%(n)s or more", n=number(rung.min_judgments))
    return _(
        "%(share)s %% or more, on at least %(n)s pairs",
        share=decimal(100 * rung.min_agreement, 0),
        n=number(rung.min_shared),
    )


def had_words(one: Criterion, evidence: Evidence) -> str:
    """Return what somebody has of a criterion, with its figures."""
    if one.kind is CriterionKind.JUDGMENTS:
        return number(evidence.n_judgments)
    if one.kind is CriterionKind.AGREEMENT:
        return _agreement_words(evidence.agreement)
    if one.kind is CriterionKind.CREDENTIAL:
        return _("verified") if one.is_met else _("none")
    return _("passed") if one.is_met else _("not passed")


def _agreement_words(share: Share) -> str:
    if 0 < share.n < MIN_SHOWN:
        least, n = number(MIN_SHOWN), number(share.n)
        return _("shown from %(least)s pairs on, so far %(n)s", least=least, n=n)
    return share_words(share)


def share_words(share: Share) -> str:
    """Return a share with its interval and n, or why there is none."""
    if share.value is None or share.interval is None:
        return translated(share.reason or "")
    return _(
        "%(share)s %% (95 %% interval %(low)s to %(high)s, n = %(n)s)",
        share=decimal(100 * share.value, 0),
        low=decimal(100 * share.interval.low, 0),
        high=decimal(100 * share.interval.high, 0),
        n=number(share.n),
    )
