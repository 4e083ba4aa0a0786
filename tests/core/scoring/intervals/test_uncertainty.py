import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t

from evalhub.core.scoring import Cluster, FitOptions, count_judgments, find_components
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.counting.counts import half_win_scores
from evalhub.core.scoring.intervals.covariance import clustered_covariance
from evalhub.core.scoring.intervals.uncertainty import (
    NO_MAXIMUM,
    NOT_COMPARED,
    Uncertainty,
    estimate_uncertainty,
)
from evalhub.core.scoring.part import Part
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.core.scoring.strengths.newton import Estimate
from tests.core.scoring.tables import judgments, repeated, simulated

BALANCED = "Its judgments balance out within every prompt, which leaves nothing to measure."
STRENGTHS = {"a": 0.5, "b": 0.0, "c": -0.5}


def _part(table: pd.DataFrame, models: tuple[str, ...] = ()) -> Part:
    counts = count_judgments(table, models=models)
    (component,) = find_components(half_win_scores(counts.table()))
    return Part.of(component, ClusteredCounts(Cluster.PROMPT, (counts,)), FitOptions())


def _estimate(part: Part, *, ridge: float = 0.0) -> tuple[Estimate, Uncertainty]:
    fit = fit_bradley_terry(part.sample.cells.arrows(part.n_models).toarray(), ridge=ridge)
    rng = np.random.default_rng(5)
    return fit, estimate_uncertainty(part, fit, level=0.95, rng=rng)


def _reasons(uncertainty: Uncertainty) -> list[str | None]:
    return [row.reason for row in uncertainty.rows]


def test_intervals_are_the_strength_plus_and_minus_t_errors() -> None:
    part = _part(simulated(STRENGTHS, n_prompts=25, n_per_prompt=20))

    fit, uncertainty = _estimate(part)

    errors = clustered_covariance(part.sample, fit).standard_errors
    reach = student_t.ppf(0.975, 24) * errors
    for i, row in enumerate(uncertainty.rows):
        assert row.interval is not None
        assert row.se == errors[i]
        assert row.interval.low == pytest.approx(fit.strengths[i] - reach[i])
        assert row.interval.high == pytest.approx(fit.strengths[i] + reach[i])
    assert uncertainty.has_intervals
    assert uncertainty.ranks is not None


def test_a_model_alone_is_not_compared() -> None:
    _, uncertainty = _estimate(_part(judgments([]), models=("alone",)))

    assert _reasons(uncertainty) == [NOT_COMPARED]
    assert (uncertainty.ranks, uncertainty.warnings) == (None, ())


def test_without_a_finite_maximum_no_model_has_an_interval() -> None:
    part = _part(repeated([("a", "b", 1.0), ("b", "c", 0.5)], 20))

    _, uncertainty = _estimate(part, ridge=0.25)

    assert _reasons(uncertainty) == [NO_MAXIMUM] * 3
    assert not uncertainty.has_intervals


def test_too_few_prompts_are_the_reason_and_a_warning() -> None:
    _, uncertainty = _estimate(_part(simulated(STRENGTHS, n_prompts=3, n_per_prompt=40)))

    reason = "An interval needs at least 5 clusters; there are 3."
    assert _reasons(uncertainty) == [reason] * 3
    assert uncertainty.warnings == (f"No intervals. {reason}",)
    assert uncertainty.ranks is None


def test_no_variation_between_prompts_is_a_reason_not_a_width_of_zero() -> None:
    part = _part(repeated([("a", "b", 1.0), ("b", "a", 1.0)], 20))

    _, uncertainty = _estimate(part)

    assert _reasons(uncertainty) == [BALANCED] * 2
    assert uncertainty.ranks is None
    assert uncertainty.warnings[0].startswith("No interval for a: Its judgments balance out")


def test_one_model_without_interval_leaves_the_others_theirs() -> None:
    table = simulated(STRENGTHS, n_prompts=25, n_per_prompt=20)
    rare = judgments([(f"p00{i}", "rare", "b", i / 2) for i in range(3)])

    _, uncertainty = _estimate(_part(pd.concat([table, rare])))

    assert [reason is None for reason in _reasons(uncertainty)] == [True, True, True, False]
    assert uncertainty.has_intervals
    assert uncertainty.warnings == (
        "No interval for rare: Prompts judged: 3; an interval needs at least 5.",
    )
