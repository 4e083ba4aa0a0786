"""Name the statistics of agreement and what each makes of a tie."""

from enum import StrEnum


class Statistic(StrEnum):
    """Name one statistic of agreement; a "kappa" without its name says nothing."""

    PERCENT = "percent agreement"
    """Share of comparisons of two annotators' answers that agree; not corrected for chance."""
    COHEN = "Cohen's kappa"
    """Two annotators, chance from each one's own habits; a weighted mean over pairs of them."""
    FLEISS = "Fleiss' kappa"
    """Any annotators, chance from the habits of all answers pooled."""
    ALPHA_NOMINAL = "Krippendorff's alpha, nominal"
    """Any annotators and gaps; every disagreement weighs the same."""
    ALPHA_ORDINAL = "Krippendorff's alpha, ordinal"
    """Any annotators and gaps; a disagreement weighs by the answers that lie between."""
    GWET = "Gwet's AC1"
    """Any annotators; chance that stays small where nearly all answers are alike."""


class TieRule(StrEnum):
    """Say what a statistic makes of ties, without which two figures cannot be compared."""

    THIRD_ANSWER = "a tie is a third answer"
    """A tie agrees with a tie and with nothing else."""
    LEFT_OUT = "ties are left out"
    """Judgments that call a pair even are taken away before anything is compared."""
    MIDDLE = "a tie is the middle of the scale"
    """0 on the graded scale; its distance to both sides is what the statistic says."""
    NO_TIES = "the scale has no ties"
    """The answers are ratings of one response."""
