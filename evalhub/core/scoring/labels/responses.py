"""Hold the Gaussian side of the pooled fit: models, responses, and what pairs tell about them.

A response is worth q_r ~ N(theta_m, tau^2), m being its model, and theta_m ~ N(0, 2^2). A response
without a model has theta 0. What the judgments on a pair say about q_second - q_first is written
as a precision and a shift (natural parameters of a Gaussian). Responses linked by pairs form
blocks, usually the responses to one prompt; given theta the blocks are independent, so the joint
posterior needs one small inverse a block and one over the models (Schur complement).
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels.propagation import Sites
from evalhub.errors import BadInput, EstimationError

STRENGTH_SD = 2.0
# A response without a model hangs on a strength that is 0 to eight digits.
_FIXED_AT_ZERO = 1e8


@dataclass(frozen=True, slots=True, eq=False)
class PairedResponses:
    """Hold R responses, the model of each (-1: none) and P pairs of them."""

    first: IntArray
    second: IntArray
    model: IntArray
    n_models: int

    def __post_init__(self) -> None:
        """Refuse codes out of range; raise ``BadInput`` naming the first."""
        n = len(self.model)
        for name, values, low, high in (
            ("first", self.first, 0, n - 1),
            ("second", self.second, 0, n - 1),
            ("model", self.model, -1, self.n_models - 1),
        ):
            wrong = (values < low) | (values > high)
            if wrong.any():
                at = int(np.argmax(wrong))
                rule = f"{values[at]} is not between {low} and {high}"
                raise BadInput.at(f"responses, {name}, entry {at + 1}", rule)
        if (self.first == self.second).any():
            at = int(np.argmax(self.first == self.second))
            raise BadInput.at(f"pairs, entry {at + 1}", "a response is compared with itself")


@dataclass(frozen=True, slots=True, eq=False)
class ResponsePosterior:
    """Hold the joint posterior as far as labels need it.

    ``mean`` and ``variance`` are those of q_second - q_first, one entry a pair; ``strength`` and
    ``strength_covariance`` those of theta; ``effect_square`` is the mean of
    E (q - theta)^2 over the responses that stand in a pair, from which tau is learnt.
    """

    mean: FloatArray
    variance: FloatArray
    strength: FloatArray
    strength_covariance: FloatArray
    effect_square: float


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Hold the blocks of one size s: responses (G, s); each pair's number, block and two places."""

    responses: IntArray
    pair: IntArray
    block: IntArray
    first: IntArray
    second: IntArray


class ResponseGraph:
    """Keep the blocks of a set of paired responses, which do not change between updates."""

    def __init__(self, paired: PairedResponses) -> None:
        # One more strength, which stays at 0, for responses without a model.
        self._model = np.where(paired.model < 0, paired.n_models, paired.model)
        self._n_models = paired.n_models
        self._n_pairs = len(paired.first)
        self._blocks = _blocks_of(paired)

    def posterior(self, sites: Sites, *, tau: float) -> ResponsePosterior:
        """Return the posterior given what every pair says, at the response effect's sd ``tau``."""
        per_tau = 1 / tau**2
        inverses, responses = [], []
        n = self._n_models + 1
        prior = np.full(n, 1 / STRENGTH_SD**2)
        prior[-1] = _FIXED_AT_ZERO
        schur: FloatArray = np.diag(prior)
        pull: FloatArray = np.zeros(n)
        for one in self._blocks:
            inverse, told = _given_strengths(one, sites, per_tau=per_tau)
            model = self._model[one.responses]
            schur += np.diag(per_tau * np.bincount(model.ravel(), minlength=n))
            at = (model[:, :, np.newaxis] * n + model[:, np.newaxis, :]).ravel()
            schur -= per_tau**2 * np.bincount(at, inverse.ravel(), minlength=n * n).reshape(n, n)
            pull += per_tau * np.bincount(model.ravel(), told.ravel(), minlength=n)
            inverses.append(inverse)
            responses.append(told)
        covariance: FloatArray = np.asarray(np.linalg.inv((schur + schur.T) / 2), np.float64)
        strength = covariance @ pull
        return self._assembled(inverses, responses, strength, covariance, per_tau=per_tau)

    def _assembled(
        self,
        inverses: list[FloatArray],
        told: list[FloatArray],
        strength: FloatArray,
        covariance: FloatArray,
        *,
        per_tau: float,
    ) -> ResponsePosterior:
        mean, variance, square = np.empty(self._n_pairs), np.empty(self._n_pairs), 0.0
        for one, inverse, own in zip(self._blocks, inverses, told, strict=True):
            model = self._model[one.responses]
            theta = strength[model]
            worth = own + per_tau * (inverse @ theta[..., np.newaxis])[..., 0]
            shared = covariance[model[:, :, np.newaxis], model[:, np.newaxis, :]]
            carried = per_tau * (inverse @ shared)
            spread = inverse + per_tau * (carried @ inverse)
            b, i, j = one.block, one.first, one.second
            mean[one.pair] = worth[b, j] - worth[b, i]
            variance[one.pair] = spread[b, i, i] + spread[b, j, j] - 2 * spread[b, i, j]
            own_variance = _diagonal(spread) + _diagonal(shared) - 2 * _diagonal(carried)
            square += float(((worth - theta) ** 2 + own_variance).sum())
        return ResponsePosterior(
            mean=mean,
            variance=variance,
            strength=strength[:-1],
            strength_covariance=covariance[:-1, :-1],
            effect_square=square / sum(one.responses.size for one in self._blocks),
        )


def _given_strengths(
    one: _Blocks, sites: Sites, *, per_tau: float
) -> tuple[FloatArray, FloatArray]:
    """Return each block's covariance given theta, (G, s, s), and its mean at theta 0, (G, s)."""
    n_blocks, size = one.responses.shape
    precision, shift = sites.precision[one.pair], sites.shift[one.pair]
    first, second = one.block * size + one.first, one.block * size + one.second
    rows, columns = np.concatenate([first, second]), np.concatenate([one.second, one.first])
    shape = n_blocks * size * size
    own = np.bincount(np.concatenate([first, second]), np.tile(precision, 2), n_blocks * size)
    between = np.bincount(rows * size + columns, np.tile(precision, 2), shape)
    matrix: FloatArray = -between.reshape(n_blocks, size, size).astype(np.float64)
    matrix[:, np.arange(size), np.arange(size)] += own.reshape(n_blocks, size) + per_tau
    pull = np.bincount(second, shift, n_blocks * size) - np.bincount(first, shift, n_blocks * size)
    try:
        inverse: FloatArray = np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError as error:
        raise EstimationError(
            f"The pooled labels have no covariance of {size} responses: {error}."
        ) from error
    told: FloatArray = (inverse @ pull.reshape(n_blocks, size, 1))[..., 0]
    return inverse, told


def _blocks_of(paired: PairedResponses) -> list[_Blocks]:
    """Group the responses that pairs link, the blocks of one size together."""
    n = len(paired.model)
    links = scipy.sparse.csr_array(
        (np.ones(len(paired.first)), (paired.first, paired.second)), shape=(n, n)
    )
    _, label = scipy.sparse.csgraph.connected_components(links, directed=False)
    sizes = np.bincount(label)
    order = np.argsort(label, kind="stable")
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    blocks = []
    # A response without a pair says nothing of tau, and would hold it where it started.
    for size in np.unique(sizes[sizes > 1]):
        # The position of each block among those of its size; other sizes are not looked up.
        number = np.cumsum(sizes == size) - 1
        pair = np.flatnonzero(sizes[label[paired.first]] == size)
        blocks.append(
            _Blocks(
                responses=order[sizes[label[order]] == size].reshape(-1, size),
                pair=pair,
                block=number[label[paired.first[pair]]],
                first=place[paired.first[pair]],
                second=place[paired.second[pair]],
            )
        )
    return blocks


def _diagonal(matrices: FloatArray) -> FloatArray:
    return np.diagonal(matrices, axis1=1, axis2=2)
