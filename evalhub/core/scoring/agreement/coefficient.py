"""Say what every statistic of agreement has in common.

Each is a ratio of two functions of sums over pairs: percent agreement is agreeing over all
comparisons, a chance-corrected statistic is (observed - expected) over (1 - expected). So the sums
of a pair are computed once, and drawing pairs again for an interval only adds them up anew.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import scipy

from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray

Sums: TypeAlias = "FloatArray | scipy.sparse.csr_array"

# Below this a denominator is the rounding error of a difference that is 0.
_SMALLEST = 1e-12


class Quotient(Protocol):
    """Turn sums over pairs into a value; all that drawing pairs again asks for."""

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return numerator and denominator for totals of shape (..., sums)."""


class Coefficient(Quotient, Protocol):
    """Compute one statistic; its module says the formula and where it comes from."""

    @property
    def statistic(self) -> Statistic:
        """Return which statistic this is."""

    @property
    def convention(self) -> str:
        """Return in a sentence which of the usual readings of the formula is meant."""

    @property
    def counts_lone_answers(self) -> bool:
        """Tell whether units with a single answer enter the chance of agreeing."""

    def sums(self, ratings: Ratings) -> Sums:
        """Return the sums of each unit, shape (units, sums)."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """Hold values and whether each exists; ``value`` is 0 where it does not."""

    value: FloatArray
    exists: BoolArray


def divide(numerator: FloatArray, denominator: FloatArray) -> Ratio:
    """Divide where the denominator is not 0: no statistic turns into NaN, it is absent instead."""
    exists = np.abs(denominator) > _SMALLEST
    value = np.divide(numerator, denominator, out=np.zeros(exists.shape), where=exists)
    return Ratio(value, exists)


def agreeing_share(counts: IntArray) -> FloatArray:
    """Return, a unit, the share of pairs of its answers that agree.

    With n_c answers in category c and m in all, sum over c of n_c (n_c - 1) / (m (m - 1));
    0 where m is 1.
    """
    total = counts.sum(axis=1)
    n_ordered = np.maximum(total * (total - 1), 1)
    return np.asarray((counts * (counts - 1)).sum(axis=1) / n_ordered, dtype=np.float64)
