"""State how a project checked the judgments of a release, and what came of it."""

from collections.abc import Iterator

from evalhub.core.releasing.dossier.facts import CampaignFacts, Tally
from evalhub.core.releasing.dossier.fields import (
    DossierField,
    Figure,
    Unit,
    absent,
    computed,
    count,
    estimate,
)
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.scoring.intervals.shares import WILSON, share_of

NO_ADJUDICATION = (
    "Nobody decided about a pair of the release: every judgment stands as it was given, beside "
    "those that differ from it."
)
DECIDED = (
    "Pairs of released judgments whose experts disagreed and that a further person decided; after "
    "an appeal what holds then. A decision stands beside the votes, in the columns that begin with "
    "decision, and changes no vote and no label. n counts the pairs decided."
)
CONTROLS = (
    "Share of answers with a known answer that are as known. A comparison given out as a control "
    "has a key that says which answers are right, and a tie may be one of them; elsewhere the "
    f"prompt says which response is better, and a tie is wrong. Cannot-judge is no answer; {WILSON}"
    ". n counts answers."
)


def quality_fields(campaign: CampaignFacts) -> Iterator[DossierField]:
    """Yield what is known of controls, of comparisons given back and of settled disagreements."""
    yield _controls(campaign)
    ended = campaign.n_submitted + campaign.n_expired + campaign.returned.total
    yield computed(
        FieldName.RETURNED,
        "Comparisons handed out that ended up to the newest judgment. Giving one back is never "
        "held against anybody. n counts those that ended.",
        [
            count("Judged", campaign.n_submitted, n=ended),
            count("Ran out", campaign.n_expired, n=ended),
            *tally_figures(campaign.returned, "Given back: ", n=ended),
        ],
    )
    yield _adjudications(campaign)


def tally_figures(tally: Tally, prefix: str = "", *, n: int) -> Iterator[Figure]:
    """Yield one count for each word of a tally, all of the same ``n``."""
    for name, found in tally.items:
        yield count(f"{prefix}{name}", found, n=n)


def _controls(campaign: CampaignFacts) -> DossierField:
    right = share_of(
        campaign.n_control_right, campaign.n_control_answers, reason="No control item was judged."
    )
    told = estimate(
        "Answered as known",
        Unit.SHARE,
        right.value,
        n=right.n,
        interval=right.interval,
        reason=right.reason,
    )
    judged = count("Comparisons with a known answer", campaign.n_control_pairs)
    return computed(FieldName.CONTROLS, CONTROLS, [told, judged])


def _adjudications(campaign: CampaignFacts) -> DossierField:
    n = campaign.verdicts.total
    if not n:
        return absent(FieldName.ADJUDICATIONS, NO_ADJUDICATION)
    return computed(
        FieldName.ADJUDICATIONS,
        DECIDED,
        [
            *tally_figures(campaign.verdicts, "Decided: ", n=n),
            *tally_figures(campaign.reasons, "Why they disagreed: ", n=n),
        ],
    )
