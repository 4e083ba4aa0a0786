"""Solve the linear systems of a fit: strengths on a graph, bordered by a few shared parameters.

The information of n strengths is the Laplacian of the graph of comparisons; it does not change
along (1, ..., 1), which the solutions leave out. Up to 500 models it is factored whole. Above
that most pairs were never compared, so it is kept sparse and solved by conjugate gradients, whose
time grows with the cells and not with the cube of the models.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.errors import EstimationError

DENSE_MODELS = 500
_MAX_CG_STEPS = 5_000
NO_INFORMATION = "The judgments carry no information on some difference."


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Hold the ends of the cells of a graph of n models, sorted by their left end."""

    left: IntArray
    right: IntArray
    n_models: int

    def sums(self, values: FloatArray) -> FloatArray:
        """Return, for each model, what its cells give it: plus as left, minus as right."""
        total = np.bincount(self.left, values, self.n_models)
        return np.asarray(total - np.bincount(self.right, values, self.n_models), dtype=np.float64)

    def gaps(self, values: FloatArray) -> FloatArray:
        """Return the difference left minus right of ``values`` for each cell."""
        return values[self.left] - values[self.right]


@dataclass(frozen=True, slots=True, eq=False)
class Bordered:
    """Hold a symmetric matrix over n strengths and K shared parameters, cell by cell.

    ``weight`` (m) is what each cell adds to its Laplacian, ``border`` (n, K) joins strengths and
    shared parameters, ``corner`` (K, K) is theirs alone, and ``ridge`` is added to the diagonal
    of the strengths.
    """

    edges: Edges
    weight: FloatArray
    border: FloatArray
    corner: FloatArray
    ridge: float = 0.0

    @property
    def diagonal(self) -> FloatArray:
        """Return the diagonal entries of the strengths."""
        n = self.edges.n_models
        both = np.bincount(self.edges.left, self.weight, n)
        both = both + np.bincount(self.edges.right, self.weight, n)
        return np.asarray(both + self.ridge, dtype=np.float64)

    def dense(self) -> FloatArray:
        """Return the whole matrix, (n + K, n + K)."""
        n = self.edges.n_models
        code = self.edges.left * n + self.edges.right
        half = np.bincount(code, self.weight, n * n).reshape(n, n)
        theta = -(half + half.T)
        theta[np.diag_indices(n)] = self.diagonal
        return np.block([[theta, self.border], [self.border.T, self.corner]])

    def factored(self) -> "Factored":
        """Return the whole matrix factored; raise ``EstimationError`` where it is singular."""
        return Factored.of(self.dense(), self.edges.n_models)

    def solve(self, strengths: FloatArray, shared: FloatArray, *, tolerance: float) -> FloatArray:
        """Return the solution for one right-hand side, (n + K); the strengths' part sums to 0.

        ``tolerance`` is the relative residual at which conjugate gradients stop. Raise
        ``LinAlgError`` for a matrix that is not definite.
        """
        n = self.edges.n_models
        if n <= DENSE_MODELS:
            return self.factored().solve(np.concatenate([strengths, shared]))
        operator = _Laplacian.of(self)
        if not len(shared):
            return operator.solve(strengths, tolerance)
        # Eliminating the strengths leaves a small dense system in the shared parameters.
        held = np.stack([operator.solve(column, tolerance) for column in self.border.T], axis=1)
        free = operator.solve(strengths, tolerance)
        schur = self.corner - self.border.T @ held
        values = scipy.linalg.cho_solve(
            scipy.linalg.cho_factor(schur), shared - self.border.T @ free
        )
        return np.concatenate([free - held @ values, values])


@dataclass(frozen=True, slots=True, eq=False)
class Factored:
    """Hold the Cholesky factor of a bordered matrix, made definite along (1, ..., 1)."""

    factor: FloatArray
    diagonal: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray, n_models: int) -> "Factored":
        """Factor ``matrix``, whose first ``n_models`` rows are strengths."""
        gauged, diagonal = np.array(matrix, order="F"), np.diag(matrix).copy()
        theta = gauged[:n_models, :n_models]
        # Right-hand sides sum to 0 over the strengths, so this constant leaves solutions as they
        # are; no ridge is added, so variances built on the factor are not shrunk.
        theta += np.trace(theta) / n_models**2
        # SciPy's own wrappers of these two routines take longer than a hundred models do.
        factor, failed_at = scipy.linalg.lapack.dpotrf(gauged, lower=1, overwrite_a=1, clean=0)
        if failed_at:
            raise EstimationError(NO_INFORMATION)
        return cls(factor, diagonal)

    def solve(self, right_hand_side: FloatArray) -> FloatArray:
        """Return the solutions for (n + K) or (n + K, r) right-hand sides that sum to 0."""
        found, _ = scipy.linalg.lapack.dpotrs(self.factor, right_hand_side, lower=1)
        return np.asarray(found, dtype=np.float64)

    def variance_scales(self) -> FloatArray:
        """Return one over each diagonal entry: the size of the variances, at most 4 times too big.

        It tells rounding from a variance, and needs no inverse.
        """
        return 1 / np.maximum(self.diagonal, np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, eq=False)
class _Laplacian:
    """Apply and solve the strengths' part of a bordered matrix without writing it out."""

    upper: "scipy.sparse.csr_array"
    diagonal: FloatArray
    is_singular: bool

    @classmethod
    def of(cls, matrix: Bordered) -> "_Laplacian":
        edges, n = matrix.edges, matrix.edges.n_models
        # Cells are sorted by their left model, which is all that a compressed row needs.
        starts = np.searchsorted(edges.left, np.arange(n + 1))
        upper = scipy.sparse.csr_array((matrix.weight, edges.right, starts), shape=(n, n))
        return cls(upper, matrix.diagonal, is_singular=matrix.ridge == 0)

    def apply(self, values: FloatArray) -> FloatArray:
        """Return the matrix times ``values``."""
        off = self.upper @ values + self.upper.T @ values
        return np.asarray(self.diagonal * values - off)

    def solve(self, right_hand_side: FloatArray, tolerance: float) -> FloatArray:
        """Return the solution by conjugate gradients, scaled by the diagonal."""
        n = len(self.diagonal)
        if not (self.diagonal > 0).all():
            raise np.linalg.LinAlgError(NO_INFORMATION)
        if self.is_singular:
            # Rounding leaves a trace along (1, ..., 1) that no solution reaches: the search would
            # go on to its last step for it.
            right_hand_side = right_hand_side - right_hand_side.mean()
        operator = scipy.sparse.linalg.LinearOperator((n, n), matvec=self.apply, dtype=np.float64)
        scaling = scipy.sparse.linalg.LinearOperator(
            (n, n), matvec=lambda values: values / self.diagonal, dtype=float
        )
        found, _ = scipy.sparse.linalg.cg(
            operator, right_hand_side, rtol=tolerance, maxiter=_MAX_CG_STEPS, M=scaling
        )
        # A search cut short is still a direction of ascent; Newton's own test judges the result.
        return found - found.mean() if self.is_singular else np.asarray(found)
