"""Say in words what was decided of a pair on which experts disagreed, and why they did.

Which of two responses was preferred tells nothing once pairs are counted together, so both sides
have the same words.
"""

from collections.abc import Mapping

from evalhub.core.releasing.decisions import PairVerdict
from evalhub.core.reviewing.vocabulary import DecisionReason

_BETTER = "one response is better"
_VERDICTS: Mapping[PairVerdict, str] = {
    PairVerdict.A: _BETTER,
    PairVerdict.B: _BETTER,
    PairVerdict.EVEN: "neither response is better",
    PairVerdict.SPLIT: "stays split",
}
_REASONS: Mapping[DecisionReason, str] = {
    DecisionReason.GUIDELINE: "a rule of the rubric was read differently",
    DecisionReason.RISK_TOLERANCE: "the same risk was weighed differently",
    DecisionReason.AMBIGUOUS_PROMPT: "the prompt can be read in more than one way",
    DecisionReason.AMBIGUOUS_RUBRIC: "the rubric can be read in more than one way",
    DecisionReason.ERROR: "one was mistaken about a fact",
    DecisionReason.BOTH_DEFENSIBLE: "each view can be defended",
}


def verdict_words(verdict: PairVerdict) -> str:
    """Return what was decided of a pair, whichever of its responses is better."""
    return _VERDICTS[verdict]


def reason_words(reason: str) -> str:
    """Return why its experts disagreed."""
    return _REASONS[DecisionReason(reason)]
