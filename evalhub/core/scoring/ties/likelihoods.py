"""Say what a tie model must give to be maximised: a value and its derivatives, cell by cell.

With d = theta_left - theta_right + x'b the gap of a cell, a model is the log-probability of each
outcome as a function of d and of parameters that all cells share, such as a threshold. Each
model is concave in both together, so a maximum that exists is the only one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Hold a log-probability and its derivatives for m cells and K shared parameters.

    ``measure`` gives the log-probability (m) when it is asked for; ``slope`` and ``curvature``
    (m) are the first and minus the second derivative by the gap; ``shared_slope`` (m, K),
    ``shared_cross`` (m, K) and ``shared_curvature`` (m, K, K) are the derivatives by the shared
    parameters, the last two being minus second derivatives.
    """

    slope: FloatArray
    curvature: FloatArray
    shared_slope: FloatArray
    shared_cross: FloatArray
    shared_curvature: FloatArray
    measure: Callable[[], FloatArray]

    @property
    def value(self) -> FloatArray:
        """Return the log-probability of each cell.

        Logarithms take most of the time of an evaluation, and most steps of a search need none.
        """
        return self.measure()


class TieModel(Protocol):
    """Give the log-probability of outcomes at given gaps."""

    @property
    def title(self) -> str:
        """Return the name of the model as a page shows it."""

    @property
    def n_shared(self) -> int:
        """Return how many parameters all cells share."""

    @property
    def sure_reach(self) -> float:
        """Return how far a full Newton step may move any gap and surely not lower the likelihood.

        0 where nothing is known: each step is then measured before it is taken.
        """

    def start(self) -> FloatArray:
        """Return shared parameters to start from, inside their bounds."""

    def is_inside(self, shared: FloatArray) -> bool:
        """Tell whether shared parameters keep their bounds."""

    def terms(self, gap: FloatArray, outcome: IntArray, shared: FloatArray) -> Terms:
        """Return the log-probability of each outcome at its gap, with its derivatives."""


@dataclass(frozen=True, eq=False)
class Logistic:
    """Hold s(d) = 1 / (1 + exp(-d)) and s(-d), from one exponential, which is kept as ``small``.

    Their logarithms are made when they are asked for.
    """

    gap: FloatArray
    small: FloatArray
    at: FloatArray
    opposite: FloatArray

    @classmethod
    def of(cls, gap: FloatArray) -> "Logistic":
        """Evaluate at ``gap`` without loss of digits at either end."""
        small = np.exp(-np.abs(gap))
        large = 1 / (1 + small)
        rest = small * large
        is_positive = gap > 0
        return cls(
            gap,
            small,
            at=np.where(is_positive, large, rest),
            opposite=np.where(is_positive, rest, large),
        )

    @cached_property
    def _log_large(self) -> FloatArray:
        return np.asarray(-np.log1p(self.small), dtype=np.float64)

    @property
    def log_at(self) -> FloatArray:
        """Return log s(d)."""
        return np.asarray(self._log_large + np.minimum(self.gap, 0), dtype=np.float64)

    @property
    def log_opposite(self) -> FloatArray:
        """Return log s(-d)."""
        return np.asarray(self._log_large - np.maximum(self.gap, 0), dtype=np.float64)


def no_shared(n_cells: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three arrays of derivatives of a model that shares no parameter."""
    return np.zeros((n_cells, 0)), np.zeros((n_cells, 0)), np.zeros((n_cells, 0, 0))
