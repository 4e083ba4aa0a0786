"""Build cells and samples for tests of the search and of the intervals."""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.strengths.newton import Likelihood


def cells_of(*rows: tuple[int, int, int, float]) -> Cells:
    """Return cells for (left, right, outcome, n), sorted by their left model."""
    left, right, outcome, n = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return Cells(left, right, outcome, n.astype(np.float64), np.zeros((len(rows), 0)))


def random_cells(n_models: int, n_cells: int, *, seed: int, n_outcomes: int = 3) -> Cells:
    """Return cells drawn evenly over models and outcomes, with a ring that links all both ways."""
    rng = np.random.default_rng(seed)
    left = rng.integers(0, n_models, n_cells)
    right = (left + rng.integers(1, n_models, n_cells)) % n_models
    sizes = rng.integers(0, n_outcomes, n_cells), rng.integers(1, 5, n_cells)
    drawn = zip(left, right, *sizes, strict=True)
    ring = [(i, (i + 1) % n_models, o, 1.0) for i in range(n_models) for o in (0, 2)]
    return cells_of(*ring, *((int(a), int(b), int(o), float(n)) for a, b, o, n in drawn))


def objective(likelihood: Likelihood, parameters: FloatArray) -> float:
    """Return what is maximised at strengths followed by the other parameters."""
    theta, rest = np.split(parameters, [likelihood.n_models])
    return likelihood.value(likelihood.terms(theta, rest), theta, rest)


def slope(likelihood: Likelihood, parameters: FloatArray) -> FloatArray:
    """Return the gradient at strengths followed by the other parameters."""
    theta, rest = np.split(parameters, [likelihood.n_models])
    return np.concatenate(likelihood.gradient(likelihood.terms(theta, rest), theta, rest))
