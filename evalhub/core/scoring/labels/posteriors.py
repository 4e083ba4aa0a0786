"""Weigh the nodes of each pair's latent preference by what was said about the pair.

A pair's posterior at node d is proportional to its prior N(m, v) there times the product of
P(y | d) over its judgments. Pairs are taken a few thousand at a time, so memory beyond the
results is some twenty megabytes a thread, of which there are ``MOST_THREADS`` at the most, and
every sum runs in the same order on every machine.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels.grading import NODES

PAIRS_PER_BATCH = 20_000
MOST_THREADS = 8


@cache
def _prefers_second() -> FloatArray:
    """Return the probability of the second response at each node, worked out once."""
    found: FloatArray = scipy.special.expit(NODES)
    found.setflags(write=False)  # It is shared by all who ask.
    return found


@dataclass(frozen=True, slots=True, eq=False)
class PairPosteriors:
    """Hold the posterior moments of P pairs, and what the judgments expect of the nodes.

    ``mean`` and ``variance`` are those of d; ``probability`` is the mean of s(d), the chance that
    one more error-free judgment prefers the second response, and ``probability_se`` its standard
    deviation. ``log_evidence`` is the log of each pair's likelihood with d integrated out.
    ``expected`` has shape (U, 61): how many judgments of each cell sit at each node.
    """

    mean: FloatArray
    variance: FloatArray
    probability: FloatArray
    probability_se: FloatArray
    log_evidence: FloatArray
    expected: FloatArray


def pair_posteriors(
    by_pair: "scipy.sparse.csr_array",
    log_probability: FloatArray,
    *,
    prior_mean: FloatArray,
    prior_variance: FloatArray,
    times: FloatArray | None = None,
    pairs_per_batch: int = PAIRS_PER_BATCH,
) -> PairPosteriors:
    """Return the posteriors of all pairs under priors N(mean, variance), one each or one for all.

    ``by_pair`` counts the judgments of each pair in each cell, shape (P, U), and
    ``log_probability`` is the table of the cells, shape (U, 61). ``times`` says for how many pairs
    a row stands, 1 when left out; it weighs ``expected`` alone.
    """
    results = np.empty((5, by_pair.shape[0]))
    weigh = _Weighing.by(by_pair, log_probability, prior_mean, prior_variance, times)

    def look(batch: slice) -> FloatArray:
        weight, results[4, batch] = weigh.of(batch)
        results[:4, batch] = _moments(weight)
        return weigh.expected(batch, weight)

    expected = _summed(look, log_probability, by_pair.shape[0], pairs_per_batch)
    mean, variance, probability, error, evidence = results
    return PairPosteriors(mean, variance, probability, error, evidence, expected)


@dataclass(frozen=True, slots=True, eq=False)
class PairEvidence:
    """Hold of ``PairPosteriors`` what a search for the parameters needs, to the same bits."""

    log_evidence: FloatArray
    expected: FloatArray


def pair_evidence(
    by_pair: "scipy.sparse.csr_array",
    log_probability: FloatArray,
    *,
    prior_mean: FloatArray,
    prior_variance: FloatArray,
    times: FloatArray | None = None,
    pairs_per_batch: int = PAIRS_PER_BATCH,
) -> PairEvidence:
    """Return the evidence of all pairs and the expected judgments; see ``pair_posteriors``.

    The moments are more than half of its work, and a search asks for them once, at its end.
    """
    evidences = np.empty(by_pair.shape[0])
    weigh = _Weighing.by(by_pair, log_probability, prior_mean, prior_variance, times)

    def look(batch: slice) -> FloatArray:
        weight, evidences[batch] = weigh.of(batch)
        return weigh.expected(batch, weight)

    expected = _summed(look, log_probability, by_pair.shape[0], pairs_per_batch)
    return PairEvidence(evidences, expected)


def _summed(
    look: Callable[[slice], FloatArray],
    log_probability: FloatArray,
    n_pairs: int,
    pairs_per_batch: int,
) -> FloatArray:
    """Return the sum of what ``look`` finds in each batch, always added in their order.

    NumPy lets other threads go on while it works on arrays of megabytes, so every processor takes
    batches; each fills places of its own in what ``look`` writes to.
    """
    expected = np.zeros_like(log_probability)
    starts = range(0, n_pairs, pairs_per_batch)
    batches = [slice(start, start + pairs_per_batch) for start in starts]
    n_threads = min(len(batches), MOST_THREADS, n_processors())
    if n_threads <= 1:
        for batch in batches:
            expected += look(batch)
        return expected
    with ThreadPoolExecutor(n_threads, thread_name_prefix="posteriors") as pool:
        waiting = [pool.submit(look, batch) for batch in batches]
        try:
            for one in waiting:
                expected += one.result()
        finally:
            pool.shutdown(cancel_futures=True)
    return expected


def n_processors() -> int:
    """Return how many processors this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class _Weighing:
    """Hold what the nodes of each pair are weighed by; see ``pair_posteriors``."""

    by_pair: "scipy.sparse.csr_array"
    log_probability: FloatArray
    prior_mean: FloatArray
    prior_variance: FloatArray
    times: FloatArray | None
    shared: FloatArray | None

    @classmethod
    def by(
        cls,
        by_pair: "scipy.sparse.csr_array",
        log_probability: FloatArray,
        prior_mean: FloatArray,
        prior_variance: FloatArray,
        times: FloatArray | None,
    ) -> Self:
        """Return it with the prior of all pairs worked out once, where they share one.

        To work it out for each pair takes nearly half of the time of the whole.
        """
        shared = _log_normal(prior_mean, prior_variance) if len(prior_mean) == 1 else None
        return cls(by_pair, log_probability, prior_mean, prior_variance, times, shared)

    def of(self, batch: slice) -> tuple[FloatArray, FloatArray]:
        """Return the weight of each node and the log-evidence of each pair."""
        weight = self.by_pair[batch] @ self.log_probability
        if self.shared is not None:
            weight += self.shared
        else:
            weight += _log_normal(self.prior_mean[batch], self.prior_variance[batch])
        top = weight.max(axis=1, keepdims=True)
        # In place: a new array of ten megabytes for each step costs more than the step.
        weight -= top
        np.exp(weight, out=weight)
        total = weight.sum(axis=1, keepdims=True)
        weight /= total
        return weight, (top + np.log(total))[:, 0]

    def expected(self, batch: slice, weight: FloatArray) -> FloatArray:
        """Return how many judgments of each cell sit at each node; ``weight`` may be used up."""
        if self.times is not None:
            weight *= self.times[batch, np.newaxis]
        return np.asarray(self.by_pair[batch].T @ weight)


def _log_normal(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the log-weight of each node under N(mean, variance), normalised over the nodes."""
    log_weight = -((NODES - mean[:, np.newaxis]) ** 2) / (2 * variance[:, np.newaxis])
    top = log_weight.max(axis=1, keepdims=True)
    total = np.exp(log_weight - top).sum(axis=1, keepdims=True)
    return np.asarray(log_weight - top - np.log(total))


def _moments(weight: FloatArray) -> FloatArray:
    """Return mean, variance, probability and its error, one row each."""
    # Sums over the last axis, not products of matrices: those may add in another order elsewhere.
    mean = (weight * NODES).sum(axis=1)
    variance = (weight * (NODES - mean[:, np.newaxis]) ** 2).sum(axis=1)
    preferred = _prefers_second()
    probability = (weight * preferred).sum(axis=1)
    spread = (weight * (preferred - probability[:, np.newaxis]) ** 2).sum(axis=1)
    return np.stack([mean, variance, probability, np.sqrt(spread)])
