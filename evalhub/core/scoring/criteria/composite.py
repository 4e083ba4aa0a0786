"""Add the strengths of models on several criteria up, with what their errors have in common.

Model: strengths theta_k of criterion k by Bradley-Terry with ties as half wins, each fitted alone.
The composite is sum_k w_k theta_k with weights that sum to 1.

Errors: the same judgments and prompts answer all criteria, so the theta_k are not independent, and
adding their variances up would make the composite look surer than it is. With s_gk the score of
prompt g on criterion k and H_k its information, prompt g moves the composite by
psi_g = sum_k w_k H_k+ s_gk, and V = G / (G - 1) * sum over g of psi_g psi_g' over all G prompts:
the joint sandwich of the stacked scores. Quantiles are those of t(G - 1).

Source: Huber 1967; Liang and Zeger 1986, on stacked estimating equations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.counts import Counts, half_win_scores
from evalhub.core.scoring.intervals.covariance import MIN_CLUSTERS, t_quantile
from evalhub.core.scoring.outcomes import SCORES
from evalhub.core.scoring.results import Interval, as_elo
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.errors import BadInput, EstimationError, TooFewClusters

METHOD = (
    "Weighted sum of Bradley-Terry strengths, one fit a criterion, ties as half wins; joint "
    "sandwich of the stacked scores clustered by prompt, t(G-1), 95 %"
)
LEVEL = 0.95
LEAST_SE = 1e-9


@dataclass(frozen=True, slots=True)
class CompositeRow:
    """Hold a model's composite strength (natural log, mean 0), its error and its interval."""

    model: str
    strength: float
    se: float
    interval: Interval

    @property
    def elo(self) -> float:
        """Return the composite on the Elo display scale."""
        return as_elo(self.strength)


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """Hold the composite of all models, the strongest first, with the weights behind it.

    ``weights`` sum to 1. ``covariance`` belongs to ``models``, which are sorted by name.
    """

    method: str
    weights: Mapping[str, float]
    models: tuple[str, ...]
    rows: tuple[CompositeRow, ...]
    covariance: FloatArray
    n_judgments: int
    n_prompts: int


def fit_composite(counts: Mapping[str, Counts], weights: Mapping[str, float]) -> Composite:
    """Fit the composite of the criteria in ``weights`` over the models that all of them judge.

    Raise ``BadInput`` for no criterion, an unknown one or a weight that is not above 0,
    ``EstimationError`` where a criterion has no finite maximum over these models, and
    ``TooFewClusters`` where a model was judged on fewer than five prompts.
    """
    _check(counts, weights)
    total = sum(weights.values())
    shares = {name: weight / total for name, weight in sorted(weights.items())}
    parts = _over_common_models({name: counts[name] for name in shares})
    _require_prompts(parts)
    prompts = tuple(sorted({prompt for part in parts.values() for prompt in part.clusters}))
    models = next(iter(parts.values())).models
    strengths = np.zeros(len(models))
    moves = np.zeros((len(prompts), len(models)))
    for name, share in shares.items():
        fitted, influence = _fit(parts[name], name, prompts)
        strengths += share * fitted
        moves += share * influence
    covariance = moves.T @ moves * (len(prompts) / (len(prompts) - 1))
    return Composite(
        method=METHOD,
        weights=shares,
        models=models,
        rows=_rows(models, strengths, covariance, n_prompts=len(prompts)),
        covariance=covariance,
        n_judgments=max(part.n_judgments for part in parts.values()),
        n_prompts=len(prompts),
    )


def _check(counts: Mapping[str, Counts], weights: Mapping[str, float]) -> None:
    if not weights:
        raise BadInput.at("criteria", "name at least one to add up")
    for name, weight in weights.items():
        if name not in counts:
            raise BadInput.at("criteria", f"{name!r} is none that was judged")
        if not 0 < weight < np.inf:
            raise BadInput.at(f"criteria, weight of {name!r}", f"{weight:g} is not above 0")


def _over_common_models(counts: Mapping[str, Counts]) -> dict[str, Counts]:
    """Return the counts over the models that every criterion was judged for."""
    common = set.intersection(*(_judged(one) for one in counts.values()))
    if len(common) < 2:  # noqa: PLR2004 - two models make a comparison
        raise EstimationError("The criteria have no two models in common.")
    return {
        name: one.within([i for i, model in enumerate(one.models) if model in common])
        for name, one in counts.items()
    }


def _require_prompts(parts: Mapping[str, Counts]) -> None:
    """Refuse models judged on few prompts: their scores nearly cancel, and look known exactly."""
    for part in parts.values():
        n = len(part.models)
        seen = np.zeros((len(part.clusters), n), dtype=np.bool_)
        seen[part.cluster, part.left] = True
        seen[part.cluster, part.right] = True
        fewest = int(seen.sum(axis=0).min())
        if fewest < MIN_CLUSTERS:
            raise TooFewClusters(fewest, minimum=MIN_CLUSTERS)


def _judged(counts: Counts) -> set[str]:
    return {counts.models[i] for i in np.union1d(counts.left, counts.right)}


def _fit(counts: Counts, criterion: str, prompts: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    """Return the strengths on one criterion, and how far each prompt moves them, (G, n)."""
    scores = half_win_scores(counts.table())
    try:
        strengths = fit_bradley_terry(scores).strengths
    except EstimationError as error:
        raise EstimationError(f"Criterion {criterion!r}: {error}") from error
    bread = _bread(strengths, scores)
    return strengths, _prompt_scores(counts, strengths, prompts) @ bread


def _bread(strengths: FloatArray, scores: FloatArray) -> FloatArray:
    """Return H+, the inverse of the information on the strengths that sum to 0."""
    probability = scipy.special.expit(strengths[:, np.newaxis] - strengths)
    weight = (scores + scores.T) * probability * probability.T
    information = np.diag(weight.sum(axis=1)) - weight
    # A constant lifts the one direction without information, and comes off again afterwards.
    n, scale = len(strengths), float(np.trace(information)) / len(strengths)
    lifted = np.linalg.inv(information + scale / n)
    return np.asarray(lifted - 1 / (scale * n), dtype=np.float64)


def _prompt_scores(counts: Counts, strengths: FloatArray, prompts: tuple[str, ...]) -> FloatArray:
    """Return s_g of every prompt, 0 for those without a judgment on the criterion."""
    place = {prompt: number for number, prompt in enumerate(prompts)}
    row = np.array([place[prompt] for prompt in counts.clusters], dtype=np.int64)[counts.cluster]
    expected = scipy.special.expit(strengths[counts.left] - strengths[counts.right])
    surprise = counts.n * (SCORES[counts.outcome] - expected)
    n, size = len(strengths), len(prompts) * len(strengths)
    won = np.bincount(row * n + counts.left, surprise, size)
    lost = np.bincount(row * n + counts.right, surprise, size)
    return np.asarray((won - lost).reshape(len(prompts), n), dtype=np.float64)


def _rows(
    models: tuple[str, ...], strengths: FloatArray, covariance: FloatArray, *, n_prompts: int
) -> tuple[CompositeRow, ...]:
    quantile = t_quantile(n_prompts, LEVEL)
    rows = []
    for model, strength, variance in zip(
        models, strengths.tolist(), np.diag(covariance).tolist(), strict=True
    ):
        se = float(np.sqrt(variance))
        # Errors that cancel leave rounding noise; an interval of no width would claim certainty.
        if se < LEAST_SE:
            raise EstimationError(f"The judgments of {model!r} leave nothing to measure.")
        interval = Interval(strength - quantile * se, strength + quantile * se)
        rows.append(CompositeRow(model, strength, se, interval))
    return tuple(sorted(rows, key=lambda row: (-round(row.strength, 9), row.model)))
