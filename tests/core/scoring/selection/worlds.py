"""Draw judgments between models of known strengths."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.standing import Standing

THREE = np.array([0.8, 0.0, -0.8])


def rng(seed: int = 5) -> np.random.Generator:
    """Return a seeded generator."""
    return np.random.default_rng(seed)


def expected_scores(strengths: FloatArray, n_each: float = 40.0) -> FloatArray:
    """Return S with ``n_each`` judgments of every two models, won as often as expected."""
    scores = n_each * expit(strengths[:, np.newaxis] - strengths)
    np.fill_diagonal(scores, 0)
    return np.asarray(scores, dtype=np.float64)


def standing(strengths: FloatArray, variances: FloatArray) -> Standing:
    """Return a standing with independent estimates."""
    return Standing(np.asarray(strengths, dtype=np.float64), np.diag(variances))


def score_tables(n: int = 4) -> st.SearchStrategy[FloatArray]:
    """Draw S of ``n`` models: whole and half numbers of wins, among them none at all."""
    table = arrays.arrays(np.float64, (n, n), elements=st.integers(0, 60).map(lambda k: k / 2))
    return table.map(lambda scores: scores - np.diag(np.diag(scores)))
