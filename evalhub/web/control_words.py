"""Say in words what checks quality: which answers are right, and how much of the work it is."""

from collections.abc import Collection, Mapping

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.quality import QualityShares
from evalhub.web.language import N_, Words, _

JUDGED_NAMES: Mapping[Purpose, str] = Words(
    {
        Purpose.WORK: N_("Judgments of work"),
        Purpose.CONTROL: N_("of controls"),
        Purpose.REPEAT: N_("of repeats"),
        Purpose.ANCHOR: N_("of anchors"),
    }
)
SHOWN_NAMES: Mapping[KeyAnswer, str] = Words(
    {
        KeyAnswer.X: N_("the first answer is better"),
        KeyAnswer.TIE: N_("neither is better"),
        KeyAnswer.Y: N_("the second answer is better"),
    }
)


def key_words(accepted: Collection[KeyAnswer], x: str, y: str) -> str:
    """Return which answers a key takes, by the names of the pair's two endpoints."""
    if not accepted:
        return _("withdrawn")
    names = answer_words(x, y)
    return _(" or ").join(names[one] for one in KeyAnswer if one in accepted)


def answer_words(x: str, y: str) -> dict[KeyAnswer, str]:
    """Return the three answers by the names of the two endpoints."""
    return {
        KeyAnswer.X: _("%(name)s is better", name=x),
        KeyAnswer.TIE: _("neither is better"),
        KeyAnswer.Y: _("%(name)s is better", name=y),
    }


def shown_words(accepted: Collection[KeyAnswer]) -> str:
    """Return the answers in the order in which their reader saw the two."""
    return _(" or ").join(SHOWN_NAMES[one] for one in KeyAnswer if one in accepted)


def shares_words(shares: QualityShares) -> str:
    """Return what an expert may expect, before they claim; empty where nothing checks quality."""
    if not shares.total:
        return ""
    return _(
        "About %(n)s of 100 comparisons here check quality. They look like all others and pay the "
        "same, and no answer to one lowers your pay, ends your work or enters a score.",
        n=shares.total,
    )
