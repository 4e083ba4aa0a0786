"""Model ties and grades as places between thresholds: the symmetric ordinal logit.

A judgment is a latent comparison, the gap d plus a standard logistic error. The left side wins
by k or more where it passes the threshold c_k, the right side where it falls below -c_k, and the
rest is a tie:

    P(left wins by k or more) = s(d - c_k),   P(right wins by k or more) = s(-d - c_k)

with 0 <= c_1 < c_2 < c_3. With wins alone there is one threshold, and psi = exp(c_1) is the
parameter of Rao and Kupper. A win without a grade is one by 1 or more. A grade that nobody gave
has no threshold of its own. The log-likelihood is concave in gaps and thresholds together.

Source: Rao and Kupper 1967; McCullagh 1980 (ordinal logit); Pratt 1981 (concavity).
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.outcomes import GRADES, N_OUTCOMES, SCORES, TIED
from evalhub.core.scoring.ties.likelihoods import Logistic, Terms

# Past the last threshold lies infinity.
_OPEN = -1


@dataclass(frozen=True, slots=True)
class RaoKupper:
    """Give ties and graded wins their probabilities.

    ``grades`` are the grades that have a threshold, ascending, the first being 1 whatever the
    judgments; ``has_ties`` is False where c_1 is fixed at 0, its bound, since nobody tied.
    ``shares`` says how often a win by each grade or more was seen; it places the first step.
    """

    grades: tuple[int, ...]
    has_ties: bool
    shares: tuple[float, ...]

    @classmethod
    def of(cls, cells: Cells) -> "RaoKupper":
        """Return the model for ``cells``, with a threshold for each grade that was given."""
        total = float(cells.n.sum())
        grade, is_win = GRADES[cells.outcome], cells.outcome != TIED
        given = sorted({int(one) for one in grade[is_win & (grade > 0)]})
        # Who wins by the least grade given wins by 1 or more, so the first threshold is theirs.
        grades = (1, *given[1:])
        reached = [
            float(cells.n[is_win & (np.maximum(grade, 1) >= one)].sum()) / total for one in grades
        ]
        return cls(grades, bool((~is_win).any()), tuple(reached))

    @property
    def title(self) -> str:
        """Return the name of the model, with the grades where there are any."""
        if len(self.grades) == 1:
            return "Bradley-Terry, ties by Rao-Kupper"
        return f"Rao-Kupper with {len(self.grades)} graded thresholds"

    @property
    def n_shared(self) -> int:
        """Return how many thresholds are estimated."""
        return len(self.grades) - (not self.has_ties)

    def thresholds(self, shared: FloatArray) -> FloatArray:
        """Return all thresholds, the first being 0 where nobody tied."""
        return shared if self.has_ties else np.concatenate([[0.0], shared])

    @property
    def sure_reach(self) -> float:
        """Return 0: with a shared parameter no such distance is known."""
        return 0.0

    def start(self) -> FloatArray:
        """Return the thresholds that would give the shares seen were all models equal."""
        # P(|latent| > c) = 2 s(-c) between equals; kept apart so that the order holds.
        shares = np.minimum(np.array(self.shares), 1 - 1e-6)
        found = np.log(2 / shares - 1)
        found = np.maximum.accumulate(found + 1e-6 * np.arange(len(found)))
        return found if self.has_ties else found[1:]

    def is_inside(self, shared: FloatArray) -> bool:
        """Tell whether the thresholds ascend from above 0."""
        edges = shared if self.has_ties else self.thresholds(shared)
        first = edges[0] > 0 if self.has_ties else True
        return bool(first and (np.diff(edges) > 0).all() and np.isfinite(edges).all())

    def terms(self, gap: FloatArray, outcome: IntArray, shared: FloatArray) -> Terms:
        """Return log P of each outcome, with its derivatives by the gap and the thresholds.

        An outcome is an interval (l, u) of the latent comparison, and
        log P = log s(u - d) + log s(d - l) + log(1 - exp(l - u)).
        """
        bounds = self._bounds()
        lower, upper = bounds.at(outcome, self.thresholds(shared))
        above, below = Logistic.of(upper - gap), Logistic.of(gap - lower)
        bend_lower, bend_upper = below.opposite * below.at, above.opposite * above.at
        width = upper - lower
        # 1 / (exp(w) - 1) is the pull that keeps a finite interval open; 0 for an open-ended one.
        pull = 1 / np.expm1(width)
        bend = pull * (1 + pull)
        j_lower, j_upper = (j[outcome] for j in bounds.jacobians(self.has_ties))
        slopes = -(below.opposite + pull), above.opposite + pull
        outer = j_lower[:, :, np.newaxis] * j_upper[:, np.newaxis, :]
        value = above.log_at + below.log_at + np.log(-np.expm1(-width))
        return Terms(
            measure=lambda: value,
            slope=below.opposite - above.opposite,
            curvature=bend_lower + bend_upper,
            shared_slope=_scaled(j_lower, slopes[0]) + _scaled(j_upper, slopes[1]),
            shared_cross=_scaled(j_lower, -bend_lower) + _scaled(j_upper, -bend_upper),
            shared_curvature=_squared(j_lower, bend_lower + bend)
            + _squared(j_upper, bend_upper + bend)
            - (outer + outer.transpose(0, 2, 1)) * bend[:, np.newaxis, np.newaxis],
        )

    def _bounds(self) -> "_Bounds":
        last = len(self.grades) - 1
        edges, signs = np.zeros((2, N_OUTCOMES), dtype=np.int64), np.zeros((2, N_OUTCOMES))
        edges[:, TIED], signs[:, TIED] = 0, (-1, 1)
        for outcome in range(N_OUTCOMES):
            if outcome != TIED:
                grade, is_left = int(GRADES[outcome]), SCORES[outcome] == 1
                near = int(np.searchsorted(self.grades, max(grade, 1), side="right")) - 1
                far = near + 1 if grade and near < last else _OPEN
                edges[:, outcome] = (near, far) if is_left else (far, near)
                signs[:, outcome] = 1 if is_left else -1
        return _Bounds(edges, signs, n_thresholds=len(self.grades))


@dataclass(frozen=True, slots=True, eq=False)
class _Bounds:
    """Hold, for each outcome, which threshold bounds it below and above, and with which sign."""

    edges: IntArray
    signs: FloatArray
    n_thresholds: int

    def at(self, outcome: IntArray, thresholds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper bound of each outcome; infinite where it is open."""
        lower, upper = self.signs * np.append(thresholds, np.inf)[self.edges]
        return lower[outcome], upper[outcome]

    def jacobians(self, has_ties: bool) -> FloatArray:  # noqa: FBT001 - the caller's own field
        """Return the derivative of both bounds by the free thresholds, (2, outcomes, K)."""
        free = np.arange(0 if has_ties else 1, self.n_thresholds)
        is_at: FloatArray = (self.edges[:, :, np.newaxis] == free).astype(np.float64)
        return is_at * self.signs[:, :, np.newaxis]


def _scaled(jacobian: FloatArray, by: FloatArray) -> FloatArray:
    return jacobian * by[:, np.newaxis]


def _squared(jacobian: FloatArray, by: FloatArray) -> FloatArray:
    return jacobian[:, :, np.newaxis] * jacobian[:, np.newaxis, :] * by[:, np.newaxis, np.newaxis]
