"""Crowd-BT: derivatives against central differences, what it recovers and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import fmin_l_bfgs_b

from evalhub.core.scoring.annotators import (
    ControlCount,
    CrowdBradleyTerry,
    Decision,
    fit_crowd_bradley_terry,
)
from evalhub.core.scoring.annotators.crowd_bt import NOT_CURVED
from evalhub.core.scoring.annotators.crowd_cells import cells_of
from evalhub.core.scoring.annotators.crowd_objective import CrowdObjective, Point
from evalhub.core.scoring.annotators.crowd_search import GRADIENT_TOLERANCE, highest
from evalhub.core.scoring.arrays import FloatArray
from evalhub.errors import EstimationError, NotConverged

MODELS = ("alder", "birch", "cedar", "dogwood")


def decisions(seed: int = 0, n: int = 60) -> list[Decision]:
    """Return random decisions by four annotators among four models."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        winner, loser = rng.choice(4, 2, replace=False)
        made.append(Decision(f"k{rng.integers(4)}", MODELS[winner], MODELS[loser]))
    return made


def objective(seed: int) -> CrowdObjective:
    cells = cells_of(decisions(seed))
    rng = np.random.default_rng(seed + 100)
    size = len(cells.annotators)
    return CrowdObjective(cells, 1 + rng.random(size) * 6, 1 + rng.random(size) * 3, 0.1)


def vector(seed: int) -> FloatArray:
    return np.random.default_rng(seed + 200).normal(scale=2.0, size=8)


def differences(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Return the derivative of ``function`` in each direction by central differences."""
    step = 1e-5
    return np.array(
        [(function(at + e) - function(at - e)) / (2 * step) for e in step * np.eye(len(at))]
    )


@pytest.mark.parametrize("seed", range(8))
def test_gradient_equals_central_differences(seed: int) -> None:
    goal, at = objective(seed), vector(seed)

    exact = goal.gradient(goal.point(at)).vector()

    numeric = differences(lambda v: np.asarray(goal.value(goal.point(v))), at)
    assert exact == pytest.approx(numeric, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_curvature_equals_central_differences_of_the_gradient(seed: int) -> None:
    goal = objective(seed)
    top, _, _ = fmin_l_bfgs_b(goal.loss, np.zeros(8))
    at = goal.point(top + 0.01)
    curvature = goal.curvature(at)
    assert curvature is not None
    numeric = -differences(lambda v: goal.gradient(goal.point(v)).vector(), at.vector())

    step = curvature.solve(goal.gradient(at)).vector()

    assert numeric @ step == pytest.approx(goal.gradient(at).vector(), abs=1e-5)
    covariance = curvature.covariance()
    inverse = np.linalg.inv(numeric)
    assert covariance == pytest.approx(inverse[:4, :4], abs=1e-5)
    assert curvature.logit_variances(covariance) == pytest.approx(np.diag(inverse)[4:], abs=1e-5)


def test_where_it_is_not_curved_downwards_there_is_no_curvature() -> None:
    goal = objective(0)
    upside_down = Point(np.array([3.0, 1, -1, -3]), np.full(4, -3.0))

    assert goal.curvature(upside_down) is None


def simulated(eta: dict[str, float], n: int = 400, seed: int = 1) -> list[Decision]:
    """Return decisions among four models, 0.8 apart, by annotators of reliability ``eta``."""
    rng, made = np.random.default_rng(seed), []
    for who, reliability in eta.items():
        for _ in range(n):
            i, j = rng.choice(4, 2, replace=False)
            follows = rng.random() < reliability
            i_wins = (rng.random() < 1 / (1 + np.exp(-0.8 * (i - j)))) == follows
            made.append(
                Decision(who, MODELS[i], MODELS[j])
                if i_wins
                else Decision(who, MODELS[j], MODELS[i])
            )
    return made


@pytest.fixture(scope="module")
def fitted() -> CrowdBradleyTerry:
    return fit_crowd_bradley_terry(
        simulated({"careful": 0.9, "hasty": 0.75, "random": 0.5}, n=3_000)
    )


def test_reliabilities_are_recovered(fitted: CrowdBradleyTerry) -> None:
    found = {one.annotator: one for one in fitted.reliabilities}

    for name, truth in (("careful", 0.9), ("hasty", 0.75), ("random", 0.5)):
        interval = found[name].interval
        assert interval is not None
        assert interval.low < truth < interval.high
        assert found[name].n == 3_000


def test_strengths_are_recovered_and_centred(fitted: CrowdBradleyTerry) -> None:
    strengths = [one.strength for one in fitted.strengths]

    assert sum(strengths) == pytest.approx(0, abs=1e-9)
    assert strengths == pytest.approx([-1.2, -0.4, 0.4, 1.2], abs=0.45)
    assert all(one.interval is not None for one in fitted.strengths)
    assert fitted.gradient <= 1e-8


def test_order_of_decisions_does_not_change_a_bit() -> None:
    made = decisions()

    assert fit_crowd_bradley_terry(made) == fit_crowd_bradley_terry(made[::-1])


def test_control_items_move_a_reliability_their_way() -> None:
    made = decisions()

    plain = fit_crowd_bradley_terry(made)
    trusted = fit_crowd_bradley_terry(made, controls={"k0": ControlCount(20, 20)})
    doubted = fit_crowd_bradley_terry(made, controls={"k0": ControlCount(0, 20)})

    values = [fit.reliabilities[0].value for fit in (doubted, plain, trusted)]
    assert values == sorted(values)
    assert values[2] - values[0] > 0.3
    assert (trusted.reliabilities[0].n_controls_right, trusted.reliabilities[0].n_controls) == (
        20,
        20,
    )


def test_an_undefeated_model_has_a_finite_strength() -> None:
    fit = fit_crowd_bradley_terry([Decision("k", "alder", "birch")] * 30)

    assert 0 < fit.strengths[0].strength < 5
    assert fit.strengths[0].interval is not None


def test_models_that_nothing_links_have_scales_of_their_own() -> None:
    pairs = [Decision("k", "alder", "birch"), Decision("k", "oak", "elm")] * 9

    fit = fit_crowd_bradley_terry(pairs)

    by_component: dict[int, list[float]] = {}
    for one in fit.strengths:
        by_component.setdefault(one.component, []).append(one.strength)
    assert len(by_component) == 2
    assert all(sum(values) == pytest.approx(0, abs=1e-9) for values in by_component.values())


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from("kl"), st.permutations(MODELS)), min_size=1, max_size=15))
def test_any_decisions_have_a_finite_fit(drawn: list[tuple[str, list[str]]]) -> None:
    fit = fit_crowd_bradley_terry([Decision(who, models[0], models[1]) for who, models in drawn])

    assert np.isfinite([one.strength for one in fit.strengths]).all()
    assert all(0 < one.value < 1 for one in fit.reliabilities)


def test_no_decision_is_an_error() -> None:
    with pytest.raises(EstimationError, match="at least one judgment"):
        fit_crowd_bradley_terry([])


@pytest.mark.real_data
def test_real_annotators_differ_as_measured_before(shared_dir: Path) -> None:
    """The quantiles that an earlier, separate implementation found on four fifths of the data."""
    raw = pd.read_csv(shared_dir / "data/llmfao/crowd-comparisons.csv")
    clear = raw[raw["winner"] != "tie"]
    left_won = clear["winner"] == "left"
    winner, loser = (
        clear["left"].where(left_won, clear["right"]),
        clear["right"].where(left_won, clear["left"]),
    )
    rows = zip(clear["worker"].astype(str), winner, loser, strict=True)

    fit = fit_crowd_bradley_terry([Decision(*row) for row in rows])

    values = [one.value for one in fit.reliabilities]
    assert fit.n_judgments == 5460
    assert np.quantile(values, [0, 0.1, 0.5, 0.9, 1]) == pytest.approx(
        [0.36, 0.63, 0.83, 0.93, 0.98], abs=0.04
    )


def test_the_search_does_not_stop_on_the_mirrored_top() -> None:
    """A contrary annotator with more to say draws the first climb to the wrong side."""
    made = simulated({"contrary": 0.05}, n=300) + simulated(
        {f"careful {i}": 0.95 for i in range(4)}, n=50
    )

    fit = fit_crowd_bradley_terry(made)

    strengths = [one.strength for one in fit.strengths]
    assert strengths == sorted(strengths)
    assert {one.annotator: one.value > 0.5 for one in fit.reliabilities}["contrary"] is False


def test_cells_count_equal_decisions_once_and_sort_them() -> None:
    cells = cells_of([Decision("z", "b", "a"), Decision("k", "a", "b"), Decision("z", "b", "a")])

    assert (cells.annotators, cells.models) == (("k", "z"), ("a", "b"))
    assert cells.n.tolist() == [1, 2]
    assert cells.n_decisions == 3
    assert cells.n_by_model().tolist() == [3, 3]
    assert cells.per_model(np.ones(2)).tolist() == [0, 0]


def test_an_annotator_of_whom_little_is_known_has_the_priors_mode() -> None:
    """One decision between two models that others find even says next to nothing."""
    even = [Decision("often", *pair) for pair in (("alder", "birch"), ("birch", "alder"))] * 50

    fit = fit_crowd_bradley_terry([*even, Decision("once", "alder", "birch")])

    once = next(one for one in fit.reliabilities if one.annotator == "once")
    assert once.value == pytest.approx(0.8, abs=0.02)
    assert once.interval is not None
    assert once.interval.high - once.interval.low > 0.4


def test_more_control_items_narrow_a_reliability() -> None:
    widths = []
    for n in (0, 10, 100):
        fit = fit_crowd_bradley_terry(
            decisions(), controls={"k1": ControlCount(n_right=n * 8 // 10, n=n)}
        )
        interval = fit.reliabilities[1].interval
        assert interval is not None
        widths.append(interval.high - interval.low)

    assert widths == sorted(widths, reverse=True)


def test_renaming_models_and_annotators_renames_the_fit() -> None:
    made = decisions(5)
    renamed = [Decision(f"x{one.annotator}", f"y{one.winner}", f"y{one.loser}") for one in made]

    one, other = fit_crowd_bradley_terry(made), fit_crowd_bradley_terry(renamed)

    assert [s.strength for s in one.strengths] == [s.strength for s in other.strengths]
    assert [r.value for r in one.reliabilities] == [r.value for r in other.reliabilities]


def test_turning_every_decision_round_turns_the_strengths() -> None:
    made = decisions(6)
    turned = [Decision(one.annotator, one.loser, one.winner) for one in made]

    one, other = fit_crowd_bradley_terry(made), fit_crowd_bradley_terry(turned)

    assert [s.strength for s in one.strengths] == pytest.approx(
        [-s.strength for s in other.strengths], abs=1e-6
    )
    assert [r.value for r in one.reliabilities] == pytest.approx(
        [r.value for r in other.reliabilities], abs=1e-6
    )


def test_more_judgments_narrow_a_strength() -> None:
    few, many = (fit_crowd_bradley_terry(simulated({"k": 0.9}, n=n)) for n in (100, 1_600))

    for one, other in zip(few.strengths, many.strengths, strict=True):
        assert one.interval is not None
        assert other.interval is not None
        assert other.interval.high - other.interval.low < one.interval.high - one.interval.low


def test_annotators_who_only_contradict_each_other_leave_no_interval() -> None:
    decisions = [Decision("x", "a", "b")] * 20 + [Decision("y", "b", "a")] * 20

    found = fit_crowd_bradley_terry(decisions)

    # Either could be the one to trust, and the point between the two tops is no top.
    assert found.reason == NOT_CURVED
    assert [one.strength for one in found.strengths] == [0.0, 0.0]
    assert {one.interval for one in found.strengths} == {None}
    assert {one.interval for one in found.reliabilities} == {None}


def test_where_models_alone_are_curved_upwards_there_is_no_curvature() -> None:
    cells = cells_of([Decision("x", "a", "b")])
    objective = CrowdObjective(cells, np.array([30.0]), np.array([30.0]), 0.01)

    assert objective.curvature(Point(np.array([-1.0, 1.0]), np.array([2.0]))) is None


def test_too_few_steps_name_the_gradient_they_end_with() -> None:
    cells = cells_of([Decision("x", "a", "b"), Decision("x", "b", "c"), Decision("y", "a", "c")])
    objective = CrowdObjective(cells, np.array([5.0, 5.0]), np.array([2.0, 2.0]), 0.1)

    with pytest.raises(NotConverged, match="Crowd-BT stopped with gradient") as error:
        highest(objective, max_steps=0)

    assert error.value.gradient > GRADIENT_TOLERANCE
