"""Estimate the answer of each pair and each annotator's habits together, after Dawid and Skene.

Each pair has one true answer t, drawn with probability pi_t; annotator k answers c with probability
e_ktc, whatever the pair. Expectation maximisation climbs the log-likelihood

    sum over pairs of log sum over t of pi_t * product over its answers (k, c) of e_ktc

from the share of each answer among the pair's own. There is no prior: an annotator with few answers
gets a table that fits those few, so probabilities near 1 are surer than they should be, most of
all where a pair has a single answer.

Source: Dawid and Skene 1979, Maximum likelihood estimation of observer error-rates using the EM
algorithm.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.arrays import FloatArray
from evalhub.errors import EstimationError, NotConverged

TOLERANCE = 1e-9
MAX_ITERATIONS = 2_000
# An answer that an annotator never gave keeps this much probability, so that its log is finite.
_FLOOR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """Hold the estimate: ``answers`` (units, categories), ``shares`` (categories) and ``errors``.

    ``answers[u, t]`` is the probability that t is the answer of unit u; ``shares[t]`` that of t
    before anything is known of a unit; ``errors[k, t, c]`` that annotator k says c where t is
    true. ``log_likelihood`` is natural, over all units.
    """

    answers: FloatArray
    shares: FloatArray
    errors: FloatArray
    log_likelihood: float
    n_iterations: int


@dataclass(frozen=True, slots=True)
class Consensus:
    """Hold the consensus on one pair: the likeliest answer and the probability of each."""

    answer: str
    probabilities: tuple[float, ...]
    n_answers: int


def fit_dawid_skene(
    ratings: Ratings, *, tolerance: float = TOLERANCE, max_iterations: int = MAX_ITERATIONS
) -> DawidSkene:
    """Fit the model to every answer of ``ratings``, units with a single one included.

    The search ends when a step adds less than ``tolerance`` to the log-likelihood per answer.
    Raise ``EstimationError`` without answers and ``NotConverged`` past ``max_iterations``.
    """
    if not len(ratings.unit):
        raise EstimationError("Dawid-Skene needs at least one answer.")
    said = _answers_given(ratings)
    counts = ratings.unit_counts()
    answers = counts / counts.sum(axis=1, keepdims=True)
    reached, gain = -np.inf, np.inf
    for iteration in range(1, max_iterations + 1):
        errors = _errors(said, answers)
        joint = np.log(np.maximum(answers.mean(axis=0), _FLOOR)) + said.T @ np.log(errors)
        answers, climbed = _probabilities(joint)
        gain, reached = climbed - reached, climbed
        if gain < tolerance * len(ratings.unit):
            return DawidSkene(
                answers=answers,
                shares=answers.mean(axis=0),
                errors=_table(_errors(said, answers)),
                log_likelihood=reached,
                n_iterations=iteration,
            )
    raise NotConverged(
        f"Dawid-Skene stopped after {max_iterations} steps; the last one added {gain:.3g}.",
        gradient=gain,
        n_iterations=max_iterations,
    )


def consensus_of(fit: DawidSkene, ratings: Ratings) -> tuple[Consensus, ...]:
    """Return the consensus of every unit, in the order of its code; ties go to the lower answer."""
    n_answers = np.bincount(ratings.unit, minlength=len(fit.answers))
    return tuple(
        Consensus(ratings.categories[int(np.argmax(row))], tuple(row.tolist()), int(n))
        for row, n in zip(fit.answers, n_answers, strict=True)
    )


def _answers_given(ratings: Ratings) -> "scipy.sparse.csr_array":
    """Return a 1 for each answer, shape (annotators * categories, units).

    Both steps of the search are one product with it: who said c where t was likely, and what the
    words of a unit's annotators say about t.
    """
    size = len(ratings.categories)
    row = ratings.annotator * size + ratings.category
    n_rows = (int(ratings.annotator.max()) + 1) * size
    ones = np.ones(len(row))
    return scipy.sparse.csr_array(
        (ones, (row, ratings.unit)), shape=(n_rows, int(ratings.unit.max()) + 1)
    )


def _probabilities(joint: FloatArray) -> tuple[FloatArray, float]:
    """Return each unit's probabilities and the log-likelihood of all units."""
    # Hundreds of steps pass here; for three columns SciPy's own logsumexp takes thrice as long.
    columns = np.ascontiguousarray(joint.T)
    peak = columns.max(axis=0)
    shares = np.exp(columns - peak)
    total = shares.sum(axis=0)
    return np.ascontiguousarray((shares / total).T), float((peak + np.log(total)).sum())


def _errors(said: "scipy.sparse.csr_array", answers: FloatArray) -> FloatArray:
    """Return the annotators' tables that ``answers`` imply, rows as in ``_answers_given``."""
    size = answers.shape[1]
    weight = np.maximum(said @ answers, _FLOOR).reshape(-1, size, size)
    return np.asarray((weight / weight.sum(axis=1, keepdims=True)).reshape(-1, size))


def _table(errors: FloatArray) -> FloatArray:
    """Return the tables with axes annotator, true answer, given answer."""
    size = errors.shape[1]
    return errors.reshape(-1, size, size).transpose(0, 2, 1)
