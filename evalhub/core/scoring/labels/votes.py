"""Compare a pair's label with the plain count of its judgments, and say when to ask again.

A label that contradicts the count is worth an adjudicator's time; one that contradicts every
single judgment must never pass for what people said.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels.judgments import JudgmentTable


class Standing(StrEnum):
    """Say how a label stands to the judgments on its pair."""

    AGREES = "agrees"
    """It prefers the response that more judgments prefer, or as many prefer each."""

    AGAINST_MAJORITY = "against_majority"
    """It prefers the response that fewer judgments prefer."""

    AGAINST_ALL = "against_all"
    """It prefers a response that no judgment prefers, while some prefer the other."""


def standings(preference: FloatArray, table: JudgmentTable) -> list[Standing]:
    """Return how each label (negative: first preferred), one a pair, stands to its judgments.

    Ties count for neither side. A label of exactly 0 agrees with everything.
    """
    lead = np.sign(table.n_second - table.n_first)
    is_against = np.sign(preference) * lead < 0
    fewest = np.minimum(table.n_first, table.n_second)
    return [
        _standing(int(few), is_against=bool(against))
        for against, few in zip(is_against, fewest, strict=True)
    ]


def majority(table: JudgmentTable) -> IntArray:
    """Return the side that more judgments prefer: -1 first, 1 second, 0 as many each."""
    lead: IntArray = np.sign(table.n_second - table.n_first).astype(np.int64)
    return lead


def vote_share(table: JudgmentTable) -> FloatArray:
    """Return the share that prefers the second response, ties as half; 0.5 without judgments."""
    n = table.n_first + table.n_tied + table.n_second
    return np.asarray((table.n_second + table.n_tied / 2 + (n == 0) / 2) / np.maximum(n, 1))


def needs_third_judgment(grades: Sequence[int]) -> bool:
    """Tell whether the two judgments of a pair leave its sign open, so that a third is worth it.

    ``grades`` are the judgments on the pair, turned to one order (negative: first better). Two
    that oppose each other cancel, and so, with nothing to add up, do two ties; a tie beside a
    preference does not. Asking only then saves about a quarter of the judgments of an overlap of
    three and costs almost no accuracy (docs/benchmarks.md). With other than two judgments the
    answer is no: one pair of judgments is all this rule speaks of.
    """
    n_needed = 2
    return len(grades) == n_needed and int(np.sign(np.asarray(grades)).sum()) == 0


def _standing(fewest: int, *, is_against: bool) -> Standing:
    if not is_against:
        return Standing.AGREES
    return Standing.AGAINST_MAJORITY if fewest else Standing.AGAINST_ALL
