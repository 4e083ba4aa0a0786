"""Krippendorff's alpha, nominal and ordinal, for any annotators and any gaps.

    alpha = 1 - (sum o_ck d_ck) / (sum e_ck d_ck)
    o_ck = sum over units of n_uc (n_uk - [c = k]) / (m_u - 1)
    e_ck = n_c (n_k - [c = k]) / (n - 1)

n_uc counts the answers c to unit u, m_u its answers, n_c all answers c and n all answers to units
with two answers or more. Nominal distance d_ck is 1 for different categories. Ordinal distance is
the square of the number of answers that lie between, counting half of those at either end:
d_ck = (n_c / 2 + sum of n_g strictly between + n_k / 2) ** 2. It depends on how the answers are
spread, so each drawn sample has its own distances.

Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class NominalAlpha:
    """Compute alpha with every disagreement weighing the same."""

    statistic: Statistic = Statistic.ALPHA_NOMINAL
    convention: str = "any disagreement weighs the same; chance without replacement"
    counts_lone_answers: bool = False

    def sums(self, ratings: Ratings) -> FloatArray:
        """Return the coincidences o_ck of each unit, flattened."""
        return _coincidences(ratings)

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return expected less observed disagreement, and the expected."""
        coincidences = _square(totals)
        size = coincidences.shape[-1]
        return _ratio(coincidences, np.broadcast_to(1.0 - np.eye(size), coincidences.shape))


@dataclass(frozen=True, slots=True)
class OrdinalAlpha:
    """Compute alpha with disagreements weighing by the answers between them."""

    statistic: Statistic = Statistic.ALPHA_ORDINAL
    convention: str = "a disagreement weighs by the answers between; chance without replacement"
    counts_lone_answers: bool = False

    def sums(self, ratings: Ratings) -> FloatArray:
        """Return the coincidences o_ck of each unit, flattened."""
        return _coincidences(ratings)

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return expected less observed disagreement, and the expected."""
        coincidences = _square(totals)
        answers = coincidences.sum(axis=-1)
        # Mid-ranks: the distance of two categories is the difference of theirs.
        middle = np.cumsum(answers, axis=-1) - answers / 2
        return _ratio(coincidences, (middle[..., :, np.newaxis] - middle[..., np.newaxis, :]) ** 2)


def _coincidences(ratings: Ratings) -> FloatArray:
    counts = ratings.unit_counts()
    paired = counts[:, :, np.newaxis] * counts[:, np.newaxis, :]
    own = np.arange(counts.shape[1])
    paired[:, own, own] -= counts
    others = counts.sum(axis=1) - 1
    return np.asarray(
        paired.reshape(len(counts), counts.shape[1] ** 2) / others[:, np.newaxis], dtype=np.float64
    )


def _square(totals: FloatArray) -> FloatArray:
    size = round(float(totals.shape[-1]) ** 0.5)
    return totals.reshape(*totals.shape[:-1], size, size)


def _ratio(coincidences: FloatArray, distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    answers = coincidences.sum(axis=-1)
    n = answers.sum(axis=-1)
    observed = (coincidences * distance).sum(axis=(-2, -1))
    # The distance of a category to itself is 0, so the "- [c = k]" of e_ck changes nothing.
    paired = answers[..., :, np.newaxis] * answers[..., np.newaxis, :]
    expected = (paired * distance).sum(axis=(-2, -1)) / (n - 1)
    # Per answer and per unit of distance, so that "no disagreement expected" is 0 at any scale.
    scale = n * np.maximum(distance.max(axis=(-2, -1)), 1.0)
    return (expected - observed) / scale, expected / scale
