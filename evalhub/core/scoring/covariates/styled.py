"""Estimate strengths with the style of answers held equal, beside the plain ones.

The gap of a judgment is d = theta_left - theta_right + x'b with x the relative differences in
style, each divided by its root mean square. That is a z-score over both orders of every pair, so
its mean is 0 and swapping the sides changes nothing. A ridge of 1 on b alone, not on the
strengths, keeps covariates that go together from drifting apart.

Source: Li, Angelopoulos and Chiang 2024 (style control in Chatbot Arena).
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.sample import TWO_WAY_SIGNS, Sample
from evalhub.core.scoring.counting.views import CellView, View
from evalhub.core.scoring.covariates.position import effect_of
from evalhub.core.scoring.covariates.style import STYLE_NAMES, style_differences
from evalhub.core.scoring.intervals.covariance import ClusteredCovariance, clustered_covariance
from evalhub.core.scoring.intervals.uncertainty import RowUncertainty, row_intervals
from evalhub.core.scoring.options import Cluster, FitOptions, Ties
from evalhub.core.scoring.outcomes import PLAIN
from evalhub.core.scoring.part import Part
from evalhub.core.scoring.reading.encoding import EncodedJudgments
from evalhub.core.scoring.results import Effect, StyleReport, StyleStrength
from evalhub.core.scoring.strengths.newton import Estimate, Likelihood, maximise
from evalhub.errors import BadInput, EstimationError

RIDGE = 1.0
NO_DIFFERENCE = "No two answers that were compared differ in it."


@dataclass(frozen=True, slots=True, eq=False)
class StyledRows:
    """Hold judgments one by one with what their two answers differ in, (rows, 5)."""

    encoded: EncodedJudgments
    differences: FloatArray

    @classmethod
    def of(cls, encoded: EncodedJudgments) -> "StyledRows":
        """Count the style of the texts of ``encoded``."""
        if encoded.texts is None:
            raise BadInput.at("judgments", "hold no answers to control for style")
        return cls(encoded, style_differences(*encoded.texts))


@dataclass(frozen=True, slots=True)
class StyledFit:
    """Hold style-controlled strengths in the order of a part's models, and the effects."""

    strengths: tuple[StyleStrength, ...]
    report: StyleReport


def fit_style(part: Part, fit: Estimate, rows: StyledRows, options: FitOptions) -> StyledFit:
    """Return the strengths of a part with style held equal; ``fit`` is where the search starts."""
    sample, used = _sample(part, rows, options)
    n_style = len(used)
    penalties = np.full(sample.cells.covariates.shape[1], RIDGE)
    penalties[: sample.cells.covariates.shape[1] - n_style] = 0.0
    likelihood = Likelihood.of(part.choice.model, sample.cells, part.n_models, penalties=penalties)
    estimate = maximise(likelihood, start=fit.strengths)
    try:
        spread = clustered_covariance(sample, estimate, penalties=penalties)
    except EstimationError as error:
        return _styled(estimate, None, used, str(error), options=options)
    return _styled(estimate, spread, used, None, options=options, kind=sample.kind)


def _styled(
    estimate: Estimate,
    spread: ClusteredCovariance | None,
    used: list[int],
    reason: str | None,
    *,
    options: FitOptions,
    kind: Cluster = Cluster.NONE,
) -> StyledFit:
    bare = RowUncertainty(None, None, reason)
    rows = (
        row_intervals(spread, estimate, kind, level=options.level)
        if spread
        else (bare,) * len(estimate.strengths)
    )
    strengths = tuple(
        StyleStrength(float(strength), row.se, row.interval)
        for strength, row in zip(estimate.strengths, rows, strict=True)
    )
    effects = tuple(
        _effect(k, estimate, spread, used, reason, level=options.level)
        for k in range(len(STYLE_NAMES))
    )
    method = f"{estimate.model.title}, with style as covariates (ridge {RIDGE:g} on them alone)"
    return StyledFit(strengths, StyleReport(method, effects))


def _effect(
    k: int,
    estimate: Estimate,
    spread: ClusteredCovariance | None,
    used: list[int],
    reason: str | None,
    *,
    level: float,
) -> Effect:
    name = STYLE_NAMES[k]
    if k not in used:
        return Effect(name, None, None, None, NO_DIFFERENCE)
    place = used.index(k) - len(used)
    value = float(estimate.coefficients[place])
    if spread is None:
        return Effect(name, value, None, None, reason)
    variance = float(spread.others[place, place])
    return effect_of(name, value, variance, quantile=spread.quantile(level))


def _sample(part: Part, rows: StyledRows, options: FitOptions) -> tuple[Sample, list[int]]:
    """Return the judgments of a part with their styles, and which of the counts differ at all."""
    encoded = rows.encoded
    place = {name: i for i, name in enumerate(part.names)}
    position = np.array([place.get(name, -1) for name in encoded.models], dtype=np.int64)
    left, right = position[encoded.left], position[encoded.right]
    member = np.flatnonzero((left >= 0) & (right >= 0))
    member = member[np.argsort(left[member], kind="stable")]
    n = np.ones(len(member)) if encoded.count is None else encoded.count[member].astype(float)
    outcome = encoded.outcome[member]
    x = rows.differences[member]
    scale = np.sqrt(n @ x**2 / max(float(n.sum()), 1.0))
    used = np.flatnonzero(scale > 0).tolist()
    cells = Cells(
        left=left[member],
        right=right[member],
        outcome=outcome if options.ties is Ties.RAO_KUPPER else PLAIN[outcome],
        n=n,
        covariates=x[:, used] / scale[used],
    )
    sample = Sample(part.sample.kind, part.n_models, cells, _views(part, encoded, member, cells))
    return (sample.with_position() if part.is_adjusted else sample), used


def _views(
    part: Part, encoded: EncodedJudgments, member: IntArray, cells: Cells
) -> tuple[View, ...]:
    codes = [
        coded.codes[member].astype(np.int64)
        for coded, kind in (
            (encoded.prompt, Cluster.PROMPT),
            (encoded.annotator, Cluster.ANNOTATOR),
        )
        if coded is not None and part.sample.kind in {kind, Cluster.BOTH}
    ]
    if part.sample.kind is Cluster.BOTH:
        codes.append(codes[0] * (int(codes[1].max(initial=0)) + 1) + codes[1])
    views = []
    for code, sign in zip(codes, TWO_WAY_SIGNS, strict=False):
        distinct, cluster = np.unique(code, return_inverse=True)
        views.append(CellView(cells, cluster.astype(np.int64), len(distinct), sign))
    return tuple(views)
