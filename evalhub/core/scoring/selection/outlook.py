"""Foresee how sure the order and the winner would be after more judgments.

A preposterior analysis by simulation under normal approximations. Today the true strengths are
N(theta, k V), with V from the selection fit and k the factor by which the prompt-clustered
variance of the board exceeds the model's own. One more judgment, drawn with the present
probabilities pi, adds the information A = sum of pi_ij w_ij (e_i - e_j)(e_i - e_j)' on average,
w = p (1 - p). After N more the covariance is k V_N with V_N = (V^-1 + N A)^-1.

Each simulated future has one truth and one course of evidence for all horizons. With U and lambda
from A U = V^-1 U diag(lambda), U' V^-1 U = I, the truth is theta + sqrt(k) U z, and the estimate
after N is theta + sqrt(k) U y / (1 + N lambda) with y = N lambda z + sqrt(lambda) B(N), z standard
normal and B a Brownian motion. So two horizons differ by what was learnt between them, never by
new luck. Of the neighbours, each future gives the probability that they stand right, not a draw.

What is left of the noise could still let a later figure fall below an earlier one. Judgments can
be passed over, so no more of them settle less: each figure is the best so far along the horizons.

Assumed: the model holds, pi stays as it is, judges and prompts stay as alike as they were. There
is no word on the width of intervals here, because no rule of asking makes them narrower than
asking at random does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.intervals.shares import normal_quantile, wilson
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.standing import Standing, contrasts, inverse

N_FUTURES = 2_000
METHOD = (
    "normal approximation; the rule of asking held as it is now, with room for every two models "
    "that the project compares"
)
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class OutlookPoint:
    """Hold what is expected after ``n_more`` further judgments.

    ``winner`` is the probability that the model then first is the best; ``neighbours`` the expected
    share of neighbours on the board whose order is right; ``places_off`` the mean distance between
    a model's place on the board and its true place.
    """

    n_more: int
    winner: float
    neighbours: float
    places_off: float


@dataclass(frozen=True, slots=True)
class SimulationError:
    """Hold how far the simulation alone may be off, at most, at any horizon.

    Half the width of a 95 % interval of each measure over simulated futures; it says nothing of
    whether what is assumed holds.
    """

    winner: float
    neighbours: float
    places_off: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """Hold the points, the first of them now, and how they were made."""

    points: tuple[OutlookPoint, ...]
    inflation: float
    error: SimulationError
    n_futures: int = N_FUTURES
    method: str = METHOD


@dataclass(frozen=True, slots=True, eq=False)
class _Then:
    """Hold the figures of each future (F,) at one horizon."""

    n_more: int
    has_winner: FloatArray
    neighbours: FloatArray
    places_off: FloatArray


def foresee(
    standing: Standing,
    pairs: ModelPairs,
    probabilities: FloatArray,
    *,
    horizons: Sequence[int],
    rng: np.random.Generator,
    inflation: float = 1.0,
) -> Outlook:
    """Return what is expected now and after each of ``horizons``, in ascending order.

    ``probabilities`` (m,) are those with which ``pairs`` are asked; ``inflation`` is k above. No
    figure is less sure than one of a nearer horizon.
    """
    added = _information_per_judgment(standing, pairs, probabilities)
    moments = (0, *sorted(horizons))
    futures = list(_futures(standing, added, moments, inflation=inflation, rng=rng))
    winner, neighbours, places_off = (
        [float(values.mean()) for values in column]
        for column in zip(
            *((one.has_winner, one.neighbours, one.places_off) for one in futures), strict=True
        )
    )
    points = zip(
        moments,
        np.maximum.accumulate(winner).tolist(),
        np.maximum.accumulate(neighbours).tolist(),
        np.minimum.accumulate(places_off).tolist(),
        strict=True,
    )
    error = SimulationError(
        winner=max(_share_error(value) for value in winner),
        neighbours=max(_mean_error(one.neighbours) for one in futures),
        places_off=max(_mean_error(one.places_off) for one in futures),
    )
    return Outlook(tuple(OutlookPoint(*point) for point in points), inflation, error)


def _futures(
    standing: Standing,
    added: FloatArray,
    moments: Sequence[int],
    *,
    inflation: float,
    rng: np.random.Generator,
) -> Iterator[_Then]:
    """Follow every future through ``moments``, which ascend from 0."""
    rate, basis = scipy.linalg.eigh(added, inverse(standing.covariance))
    # A judgment tells nothing of the common level; rounding can leave that direction below 0.
    rate, basis = np.maximum(rate, 0.0), np.asarray(basis * np.sqrt(inflation))
    n = len(standing.strengths)
    hidden = rng.standard_normal((N_FUTURES, n))
    truth = standing.strengths + hidden @ basis.T
    evidence, n_before = np.zeros_like(hidden), 0
    for n_more in moments:
        step = n_more - n_before
        walk = rng.standard_normal((N_FUTURES, n))
        evidence = evidence + step * rate * hidden + np.sqrt(step * rate) * walk
        left = 1 / (1 + n_more * rate)
        estimate = standing.strengths + (evidence * left) @ basis.T
        later = np.asarray((basis * left) @ basis.T, dtype=np.float64)
        yield _then(n_more, estimate, truth, later)
        n_before = n_more


def _information_per_judgment(
    standing: Standing, pairs: ModelPairs, probabilities: FloatArray
) -> FloatArray:
    """Return A above, shape (n, n)."""
    n = len(standing.strengths)
    gap = standing.strengths[pairs.first] - standing.strengths[pairs.second]
    weight = np.zeros((n, n))
    weight[pairs.first, pairs.second] = (
        probabilities * scipy.special.expit(gap) * scipy.special.expit(-gap)
    )
    weight += weight.T
    return np.diag(weight.sum(axis=1)) - weight


def _then(n_more: int, estimate: FloatArray, truth: FloatArray, later: FloatArray) -> _Then:
    """Compare estimates (F, n) with truths, the differences left uncertain by ``later`` (n, n)."""
    order = np.argsort(-estimate, axis=1, kind="stable")
    in_order = np.take_along_axis(truth, order, axis=1)
    true_places = np.argsort(np.argsort(-in_order, axis=1), axis=1)
    shown_places = np.arange(truth.shape[1])
    upper, lower = order[:, :-1], order[:, 1:]
    gaps = -np.diff(np.take_along_axis(estimate, order, axis=1), axis=1)
    spread = np.sqrt(contrasts(later)[upper, lower])
    return _Then(
        n_more=n_more,
        has_winner=(true_places[:, 0] == 0).astype(np.float64),
        neighbours=np.asarray(scipy.special.ndtr(gaps / spread).mean(axis=1), dtype=np.float64),
        places_off=np.asarray(np.abs(true_places - shown_places).mean(axis=1), dtype=np.float64),
    )


def _share_error(share: float) -> float:
    # Wilson's, because all futures agreeing is no certainty and must not show a width of 0.
    found = wilson(share, N_FUTURES, normal_quantile(_LEVEL))
    return (found.high - found.low) / 2


def _mean_error(values: FloatArray) -> float:
    return normal_quantile(_LEVEL) * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
