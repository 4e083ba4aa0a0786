"""Turn weights over pairs of models into the probabilities with which they are drawn.

pi = (1 - f) * weight / sum of weights + f / m, with m the pairs that can be asked and f the floor.
The floor is not politeness. Without it the intervals of a board cover 72 to 76 % instead of 95 %
and do not recover with more judgments, because what is asked depends on what was answered; with
30 % they cover 92 to 95 %. It also gives every pair a known, positive probability, which later
corrections by inverse probabilities need.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.errors import BadInput

FLOOR = 0.3
EXPONENT = 8
"""The power of the gain. Drawing in proportion to the gain itself is too flat to save anything,
and always taking the largest leaves no probability to correct with."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelPairs:
    """Name the m pairs of models that can be asked, by position: ``first`` < ``second``."""

    n_models: int
    first: IntArray
    second: IntArray

    @classmethod
    def of(cls, n_models: int, pairs: "list[tuple[int, int]]") -> "ModelPairs":
        """Gather ``pairs`` in ascending order; raise ``BadInput`` for one that is none."""
        ordered = sorted({(min(pair), max(pair)) for pair in pairs})
        wrong = [(a, b) for a, b in ordered if a == b or a < 0 or b >= n_models]
        if wrong:
            raise BadInput.at("pairs", f"{wrong[0]} does not name two of {n_models} models")
        array = np.array(ordered, dtype=np.int64).reshape(-1, 2)
        return cls(n_models, first=array[:, 0], second=array[:, 1])

    @classmethod
    def every(cls, n_models: int) -> "ModelPairs":
        """Gather every two of ``n_models``."""
        first, second = np.triu_indices(n_models, k=1)
        return cls(n_models, first=first.astype(np.int64), second=second.astype(np.int64))

    def __len__(self) -> int:
        return len(self.first)

    def of_matrix(self, matrix: FloatArray) -> FloatArray:
        """Return the entries of a symmetric (..., n, n) at these pairs, shape (..., m)."""
        return np.asarray(matrix[..., self.first, self.second], dtype=np.float64)


def gain_weights(gains: FloatArray, pairs: ModelPairs, *, exponent: int = EXPONENT) -> FloatArray:
    """Return the gains of ``pairs`` to a power, shape (..., m), the largest being 1.

    Scaling by the largest first keeps the power from underflowing to 0 everywhere.
    """
    chosen = pairs.of_matrix(gains)
    largest = chosen.max(axis=-1, keepdims=True)
    return np.asarray((chosen / np.where(largest > 0, largest, 1.0)) ** exponent)


def pair_probabilities(weights: FloatArray, *, floor: float = FLOOR) -> FloatArray:
    """Return pi above for ``weights`` (..., m): it sums to 1 and is at least floor / m.

    Weights that are all 0 name nothing to prefer and give 1 / m to each. Raise ``BadInput`` when
    there is no pair, a weight is negative or not finite, or the floor is not within 0 to 1.
    """
    n_pairs = weights.shape[-1]
    if not n_pairs:
        raise BadInput.at("weights", "there is no pair to draw")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise BadInput.at("weights", "a weight is negative or not finite")
    if not 0 <= floor <= 1:
        raise BadInput.at("floor", f"{floor:g} does not lie between 0 and 1")
    total = weights.sum(axis=-1, keepdims=True)
    share = np.where(total > 0, weights / np.where(total > 0, total, 1.0), 1 / n_pairs)
    return np.asarray((1 - floor) * share + floor / n_pairs, dtype=np.float64)
