"""State how an annotator turns the difference of two responses into a graded judgment.

With d the latent preference for the second response, s the logistic function and b = 1 or -1 the
side on which the second response stood, the latent difference as seen is D = d + delta * b. The
grades -3 to 3 cut it at -c3, -c2, -c1, c1, c2 and c3 times the annotator's scale z, so that
f(y | D) = s(hi - D) - s(lo - D) for the two cuts around y. A share 1 - eta of judgments says the
opposite: P(y | d) = eta * f(y | D) + (1 - eta) * f(-y | D), and f(-y | D) = f(y | -D). A bare
choice is the sum over the grades of its sign.

Everything is tabulated at fixed nodes of d, once a cell.

Source: McCullagh 1980 (ordinal logit); Chen et al. 2013 (the mixture, for plain choices).
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels.judgments import MAX_GRADE, JudgmentTable

STEP = 0.4
NODES: FloatArray = np.linspace(-12.0, 12.0, 61)
"""Evenly spaced values of d: on them the trapezoid rule is exact to 1e-7 for every Gaussian
with a standard deviation of at least 0.35, and the logistic is smoother than that."""

_INF = float("inf")
# The signed cut below and above each category: 0 stands for no cut, j for c_j, -j for -c_j.
_LOW = np.array([0, -3, -2, -1, 1, 2, 3, 0, 1])
_HIGH = np.array([-3, -2, -1, 1, 2, 3, 0, -1, 0])
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Grading:
    """Hold the parameters: three ascending cuts, delta, and eta and z of each annotator."""

    cuts: FloatArray
    position: float
    reliability: FloatArray
    scale: FloatArray

    def rounded(self, digits: int) -> "Grading":
        """Return the parameters at ``digits`` decimals, so that noise in the last ones is gone."""
        return Grading(
            cuts=self.cuts.round(digits),
            position=round(self.position, digits) + 0.0,
            reliability=self.reliability.round(digits),
            scale=self.scale.round(digits),
        )


@dataclass(frozen=True, slots=True, eq=False)
class GradingGradient:
    """Hold the derivatives of a sum of log-probabilities by each parameter."""

    cuts: FloatArray
    position: float
    reliability: FloatArray
    scale: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GradingTable:
    """Hold the grading of U cells at every node, ready for its gradient.

    ``log_probability`` is log P(cell | d), shape (U, 61).
    """

    log_probability: FloatArray
    _cells: JudgmentTable
    _grading: Grading
    _straight: "_Seen"
    _flipped: "_Seen"
    _probability: FloatArray

    def gradient(self, expected: FloatArray) -> GradingGradient:
        """Return the gradient of the sum of ``expected`` times ``log_probability``.

        ``expected`` has shape (U, 61): how many judgments of a cell sit at each node.
        """
        cells, grading = self._cells, self._grading
        straight, flipped = self._straight, self._flipped
        eta = grading.reliability[cells.annotator][:, np.newaxis]
        ratio = expected / self._probability
        kept, turned = ratio * eta, ratio * (1 - eta)
        by_low = -(kept * straight.low_slope + turned * flipped.low_slope).sum(axis=1)
        by_high = (kept * straight.high_slope + turned * flipped.high_slope).sum(axis=1)
        by_seen = kept * (straight.low_slope - straight.high_slope)
        by_seen -= turned * (flipped.low_slope - flipped.high_slope)
        by_eta = (ratio * (straight.probability - flipped.probability)).sum(axis=1)
        n = cells.n_annotators
        return GradingGradient(
            cuts=_by_cut(cells, by_low, by_high, grading.scale[cells.annotator]),
            position=float((by_seen.sum(axis=1) * cells.side).sum()),
            reliability=np.bincount(cells.annotator, by_eta, minlength=n).astype(np.float64),
            scale=_by_scale(cells, grading, by_low, by_high),
        )


def tabulate(cells: JudgmentTable, grading: Grading) -> GradingTable:
    """Return the probability of every cell at every node."""
    low, high = _bounds(cells, grading)
    seen = NODES + grading.position * cells.side[:, np.newaxis]
    straight, flipped = _Seen.of(low, high, seen), _Seen.of(low, high, -seen)
    eta = grading.reliability[cells.annotator][:, np.newaxis]
    mixed = eta * straight.probability + (1 - eta) * flipped.probability
    probability = np.maximum(mixed, _TINY)
    return GradingTable(np.log(probability), cells, grading, straight, flipped, probability)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Hold f at the latent differences as seen, and its slopes by the two cuts, (U, 61)."""

    probability: FloatArray
    low_slope: FloatArray
    high_slope: FloatArray

    @classmethod
    def of(cls, low: FloatArray, high: FloatArray, seen: FloatArray) -> "_Seen":
        """Return s(high - D) - s(low - D) as a product, which loses no digits near 0 or 1.

        s(h) - s(l) = s(h) * s(-l) * (1 - exp(l - h)).
        """
        above = scipy.special.expit(high[:, np.newaxis] - seen)
        below = scipy.special.expit(low[:, np.newaxis] - seen)
        share = -np.expm1(low - high)[:, np.newaxis]
        return cls(above * (1 - below) * share, below * (1 - below), above * (1 - above))


def _bounds(cells: JudgmentTable, grading: Grading) -> tuple[FloatArray, FloatArray]:
    """Return the cuts below and above each cell on the scale of its annotator."""
    # Code 0 reads the placeholder, which the infinite bound then replaces.
    cuts = np.concatenate([[0.0], grading.cuts])
    scale = grading.scale[cells.annotator]
    low, high = _LOW[cells.category], _HIGH[cells.category]
    return (
        np.where(low == 0, -_INF, np.sign(low) * cuts[np.abs(low)] * scale),
        np.where(high == 0, _INF, np.sign(high) * cuts[np.abs(high)] * scale),
    )


def _by_cut(
    cells: JudgmentTable, by_low: FloatArray, by_high: FloatArray, scale: FloatArray
) -> FloatArray:
    total = np.zeros(MAX_GRADE + 1)
    for code, value in ((_LOW[cells.category], by_low), (_HIGH[cells.category], by_high)):
        total += np.bincount(np.abs(code), np.sign(code) * value * scale, minlength=MAX_GRADE + 1)
    return total[1:]


def _by_scale(
    cells: JudgmentTable, grading: Grading, by_low: FloatArray, by_high: FloatArray
) -> FloatArray:
    cuts = np.concatenate([[0.0], grading.cuts])
    low, high = _LOW[cells.category], _HIGH[cells.category]
    moved = np.sign(low) * cuts[np.abs(low)] * by_low + np.sign(high) * cuts[np.abs(high)] * by_high
    return np.bincount(cells.annotator, moved, minlength=cells.n_annotators).astype(np.float64)
