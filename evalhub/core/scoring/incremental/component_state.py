"""Keep what one component's last refresh found, for the next one to start from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.board.board import MAP_RIDGE, FittedPart, board_of
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.covariates.position import NAME, effect_of
from evalhub.core.scoring.existence.components import Component
from evalhub.core.scoring.existence.confounding import position_obstacle
from evalhub.core.scoring.incremental.kept_ranks import KeptQuantile
from evalhub.core.scoring.incremental.kept_scores import MAX_DRIFT, KeptScores, scores_along
from evalhub.core.scoring.incremental.nearing import neared
from evalhub.core.scoring.incremental.pair_table import PairLikelihood
from evalhub.core.scoring.incremental.sums import Sums
from evalhub.core.scoring.intervals.covariance import (
    MIN_CLUSTERS,
    ZERO_RATIO,
    ClusteredCovariance,
    t_quantile,
)
from evalhub.core.scoring.intervals.ranks import RankIntervals
from evalhub.core.scoring.intervals.uncertainty import uncertainty_from
from evalhub.core.scoring.options import Cluster, FitOptions
from evalhub.core.scoring.part import Outline
from evalhub.core.scoring.results import Effect
from evalhub.core.scoring.strengths.newton import Estimate, maximise
from evalhub.core.scoring.strengths.systems import Factored
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.core.scoring.ties.tie_models import TieChoice
from evalhub.errors import EstimationError, TooFewClusters

# Newton's last step squares the distance, so this costs a step more at most. It is far below
# the tolerance of a fit from the beginning, because a search that starts near the maximum would
# otherwise stop anywhere inside that tolerance.
_TOLERANCE = 1e-12
# Steps with a kept factor gain a digit or two each, so the last one does not overshoot its aim as
# Newton's does. Among few judgments a gradient of 1e-12 is a strength that is off by 1e-10.
_NEARED = 1e-14
# An error this close to 0 might be exactly 0, which no bound on the drift can tell.
_DOUBTFUL = (10 * MAX_DRIFT) ** 2


@dataclass(slots=True, eq=False)
class ComponentState:
    """Hold where the searches ended and the scores kept there, for models at ``models``.

    ``theta`` and ``sided`` (with ``delta``) are the last strengths without and with the position
    effect, ``factor`` and ``sided_factor`` the information there.
    """

    component: Component
    models: IntArray
    theta: FloatArray
    sided: FloatArray
    delta: float = 0.0
    plain: KeptScores | None = None
    positioned: KeptScores | None = None
    factor: Factored | None = None
    sided_factor: Factored | None = None
    quantile: KeptQuantile | None = None
    n_evaluations: int = field(default=0)

    @classmethod
    def of(cls, component: Component, strengths: FloatArray) -> "ComponentState":
        """Return the state of a component that is new, starting from ``strengths`` of all."""
        models = np.array(component.models, dtype=np.int64)
        start = strengths[models]
        return cls(component, models, start, start)

    def add(self, cluster: int, left: int, right: int, score: float, times: int) -> None:
        """Add judgments to the scores kept; ``left`` and ``right`` are positions in ``models``."""
        for kept in (self.plain, self.positioned):
            if kept is not None:
                kept.add(cluster, left, right, score, times)

    def refreshed(self, sums: Sums, names: Sequence[str], options: FitOptions) -> FittedPart:
        """Return the component's fit and board from the sums as they are now."""
        has_maximum = self.component.has_finite_maximum
        chosen = np.ix_(self.models, self.models)
        pairs = PairLikelihood(
            sums.shown()[chosen], sums.scores()[chosen], ridge=0.0 if has_maximum else MAP_RIDGE
        )
        fit = self._searched(pairs)
        part = Outline(
            component=self.component,
            names=tuple(names[model] for model in self.component.models),
            tally=sums.tally(self.models),
            kind=Cluster.PROMPT,
            n_clusters=sums.n_clusters(self.models),
            choice=TieChoice(HalfWin()),
        )

        def ranks(spread: ClusteredCovariance) -> RankIntervals:
            errors = spread.difference_errors()
            self.quantile = KeptQuantile.of(spread, errors, options, self.quantile)
            return self.quantile.intervals(fit.strengths, errors)

        def covariance() -> ClusteredCovariance:
            return self._covariance(sums, pairs, fit, part.n_clusters)

        spread = uncertainty_from(part, fit, covariance, ranks, level=options.level)
        position = None
        if has_maximum:
            position = self._position(sums, pairs, part.n_clusters, options)
        return FittedPart(part, fit, board_of(part, fit, spread, options, position=position))

    def _searched(self, pairs: PairLikelihood) -> Estimate:
        start = self.theta
        if self.factor is not None:
            start = neared(pairs, start, self.factor, tolerance=_NEARED)
        fit = maximise(pairs, start=start, tolerance=_TOLERANCE)
        # The strengths beside a position effect move as those without one do, to the first order.
        self.sided = self.sided + (fit.strengths - self.theta)
        self.theta = fit.strengths
        return fit

    def _searched_sided(self, sided: PairLikelihood) -> Estimate:
        start = np.append(self.sided, self.delta)
        if self.sided_factor is not None:
            start = neared(sided, start, self.sided_factor, tolerance=_NEARED)
        fit = maximise(sided, start=start[:-1], start_rest=start[-1:], tolerance=_TOLERANCE)
        self.sided, self.delta = fit.strengths, float(fit.coefficients[0])
        return fit

    def _covariance(
        self, sums: Sums, pairs: PairLikelihood, fit: Estimate, n_clusters: int
    ) -> ClusteredCovariance:
        _require(n_clusters)
        bread = pairs.information(pairs.terms(fit.strengths, fit.rest)).factored()
        self.factor = bread
        scales = bread.variance_scales()
        kept = self.plain
        if kept is None or kept.drift(sums, fit.strengths, 0.0, n_clusters) > MAX_DRIFT:
            kept = self._evaluated(sums, fit, has_position=False)
        covariance = _sandwich(bread, kept.products, n_clusters)
        if _is_doubtful(covariance, scales) and not np.array_equal(kept.theta, fit.strengths):
            kept = self._evaluated(sums, fit, has_position=False)
            covariance = _sandwich(bread, kept.products, n_clusters)
        self.plain = kept
        return ClusteredCovariance(
            covariance=covariance,
            n_clusters=n_clusters,
            clusters_by_model=sums.clusters_by_model[self.models],
            is_varying=np.diag(covariance) > ZERO_RATIO**2 * scales,
        )

    def _position(
        self, sums: Sums, pairs: PairLikelihood, n_clusters: int, options: FitOptions
    ) -> Effect:
        reason = _obstacle(sums, self.models, pairs)
        if reason is not None:
            return Effect(NAME, None, None, None, reason)
        sided = PairLikelihood(pairs.n, pairs.score, has_position=True)
        fit = self._searched_sided(sided)
        try:
            _require(n_clusters)
            variance = self._position_variance(sums, sided, fit, n_clusters)
        except EstimationError as error:
            return Effect(NAME, self.delta, None, None, str(error))
        return effect_of(NAME, self.delta, variance, quantile=t_quantile(n_clusters, options.level))

    def _position_variance(
        self, sums: Sums, sided: PairLikelihood, fit: Estimate, n_clusters: int
    ) -> float:
        terms = sided.terms(fit.strengths, fit.rest)
        bread = sided.information(terms).factored()
        self.sided_factor = bread
        direction = np.zeros(len(self.models) + 1)
        direction[-1] = 1
        held = bread.solve(direction)
        scale, correction = float(held[-1]), n_clusters / (n_clusters - 1)
        if sums.has_few_cells:
            self.positioned = None
            along = scores_along(sums, self.models, terms.at, held)
            variance = correction * float(along @ along)
        else:
            variance = correction * self._squares_along(held, sums, fit, n_clusters)
        return 0.0 if abs(variance) <= ZERO_RATIO**2 * scale else variance

    def _squares_along(self, held: FloatArray, sums: Sums, fit: Estimate, n_clusters: int) -> float:
        """Return the sum over clusters of (s_g' held)^2 from kept scores, where they still hold."""
        kept = self.positioned
        if kept is None or kept.drift(sums, fit.strengths, self.delta, n_clusters) > MAX_DRIFT:
            kept = self._evaluated(sums, fit, has_position=True)
        squares = float(held @ kept.products @ held)
        if squares <= _DOUBTFUL * float(held[-1]):
            kept = self._evaluated(sums, fit, has_position=True)
            squares = float(held @ kept.products @ held)
        self.positioned = kept
        return squares

    def _evaluated(self, sums: Sums, fit: Estimate, *, has_position: bool) -> KeptScores:
        self.n_evaluations += 1
        delta = float(fit.coefficients[0]) if has_position else None
        before = self.positioned if has_position else self.plain
        return KeptScores.evaluated(sums, self.models, fit.strengths, delta, before=before)


def _require(n_clusters: int) -> None:
    if n_clusters < MIN_CLUSTERS:
        raise TooFewClusters(n_clusters, minimum=MIN_CLUSTERS)


def _sandwich(bread: Factored, products: FloatArray, n_clusters: int) -> FloatArray:
    covariance = bread.solve(bread.solve(products).T) * (n_clusters / (n_clusters - 1))
    return np.asarray((covariance + covariance.T) / 2, dtype=np.float64)


def _is_doubtful(covariance: FloatArray, scales: FloatArray) -> bool:
    """Tell whether an error of a strength or of a difference is too small to be told from 0."""
    variance = np.diag(covariance)
    if (variance <= _DOUBTFUL * scales).any():
        return True
    between = variance[:, np.newaxis] + variance - 2 * covariance
    is_small = between <= _DOUBTFUL * (scales[:, np.newaxis] + scales)
    return int(is_small.sum()) > len(variance)


def _obstacle(sums: Sums, models: IntArray, pairs: PairLikelihood) -> str | None:
    """Say why the position effect cannot be estimated; None where it can.

    One pair that was shown both ways, each way with something for both sides, settles it at a
    look; a young project without one asks the linear program.
    """
    both = (pairs.score > 0) & (pairs.n > pairs.score)
    if (both & both.T).any():
        return None
    lost, tied, won = (kind[np.ix_(models, models)] for kind in sums.table)
    by_pair = np.stack([lost, tied, won], axis=2)
    left, right, outcome = np.nonzero(by_pair)
    cells = Cells.plain(left, right, outcome, by_pair[left, right, outcome])
    return position_obstacle(cells, len(models), has_ties=False)
