"""Say what a tie model must give to be maximised: a value and its derivatives, cell by cell.

With d = theta_left - theta_right + x'b the gap of a cell, a model is the log-probability of each
outcome as a function of d and of parameters that all cells share, such as a threshold. Each
model is concave in both together, so a maximum that exists is the only one.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Hold a log-probability and its derivatives for m cells and K shared parameters.

    ``slope`` and ``curvature`` (m) are the first and minus the second derivative by the gap;
    ``shared_slope`` (m, K), ``shared_cross`` (m, K) and ``shared_curvature`` (m, K, K) are the
    derivatives by the shared parameters, the last two being minus second derivatives.
    """

    value: FloatArray
    slope: FloatArray
    curvature: FloatArray
    shared_slope: FloatArray
    shared_cross: FloatArray
    shared_curvature: FloatArray


class TieModel(Protocol):
    """Give the log-probability of outcomes at given gaps."""

    @property
    def title(self) -> str:
        """Return the name of the model as a page shows it."""

    @property
    def n_shared(self) -> int:
        """Return how many parameters all cells share."""

    def start(self) -> FloatArray:
        """Return shared parameters to start from, inside their bounds."""

    def is_inside(self, shared: FloatArray) -> bool:
        """Tell whether shared parameters keep their bounds."""

    def terms(self, gap: FloatArray, outcome: IntArray, shared: FloatArray) -> Terms:
        """Return the log-probability of each outcome at its gap, with its derivatives."""


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """Hold s(d) = 1 / (1 + exp(-d)), s(-d) and their logarithms, from one exponential."""

    at: FloatArray
    opposite: FloatArray
    log_at: FloatArray
    log_opposite: FloatArray

    @classmethod
    def of(cls, gap: FloatArray) -> "Logistic":
        """Evaluate at ``gap`` without loss of digits at either end."""
        small = np.exp(-np.abs(gap))
        large = 1 / (1 + small)
        rest = small * large
        log_large = -np.log1p(small)
        is_positive = gap > 0
        return cls(
            at=np.where(is_positive, large, rest),
            opposite=np.where(is_positive, rest, large),
            log_at=log_large + np.minimum(gap, 0),
            log_opposite=log_large - np.maximum(gap, 0),
        )


def no_shared(n_cells: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three arrays of derivatives of a model that shares no parameter."""
    return np.zeros((n_cells, 0)), np.zeros((n_cells, 0)), np.zeros((n_cells, 0, 0))
