from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels import count_graded
from evalhub.core.scoring.labels.grading import NODES, Grading, tabulate
from evalhub.core.scoring.labels.judgments import N_CATEGORIES
from tests.core.scoring.labels.small import make_grading, make_table

GRADES = range(-3, 4)


def probabilities(grading: Grading, *, side: int = 0) -> FloatArray:
    """Return P(grade | node) of the first annotator, one row a grade."""
    n = len(GRADES)
    table = count_graded([0] * n, [0] * n, list(GRADES), side=[side] * n, n_pairs=1, n_annotators=4)
    return np.exp(tabulate(table, grading).log_probability)


@given(
    reliability=st.floats(0.5, 0.99),
    scale=st.floats(0.2, 4),
    position=st.floats(-1, 1),
    side=st.sampled_from([-1, 0, 1]),
)
def test_the_grades_share_out_all_probability(
    reliability: float, scale: float, position: float, side: int
) -> None:
    grading = replace(
        make_grading(),
        position=position,
        reliability=np.full(4, reliability),
        scale=np.full(4, scale),
    )

    assert np.allclose(probabilities(grading, side=side).sum(axis=0), 1, atol=1e-9)


def test_a_grade_is_the_step_between_two_logistic_values() -> None:
    grading = replace(make_grading(), reliability=np.full(4, 1.0), position=0.0)
    low, high = grading.cuts[:2] * grading.scale[0]

    slightly_better = probabilities(grading)[4]

    assert np.allclose(slightly_better, expit(high - NODES) - expit(low - NODES), atol=1e-12)


def test_a_coin_says_nothing_of_the_sign() -> None:
    coin = replace(make_grading(), reliability=np.full(4, 0.5))

    table = probabilities(coin)

    assert np.allclose(table, table[::-1])


def test_swapping_the_responses_mirrors_the_table() -> None:
    grading = make_grading()

    assert np.allclose(
        probabilities(grading, side=1), probabilities(grading, side=-1)[::-1, ::-1], atol=1e-12
    )


def test_the_left_side_gains_by_the_position_effect() -> None:
    grading = replace(make_grading(), position=0.5, reliability=np.full(4, 0.99))
    centre = len(NODES) // 2

    on_left, on_right = (probabilities(grading, side=side)[:, centre] for side in (1, -1))

    assert on_left[4:].sum() > on_right[4:].sum()


def test_a_bare_choice_is_the_sum_of_its_grades() -> None:
    table = count_graded([0, 0], [0, 0], [-1, 2], is_graded=[False] * 2, n_pairs=1, n_annotators=4)
    grading = make_grading()

    first, second = np.exp(tabulate(table, grading).log_probability)

    assert np.allclose(first, probabilities(grading)[:3].sum(axis=0))
    assert np.allclose(second, probabilities(grading)[4:].sum(axis=0))


def test_far_nodes_keep_their_digits() -> None:
    perfect = replace(make_grading(), reliability=np.full(4, 1.0), position=0.0)
    far, (low, high) = NODES[-1], perfect.cuts[:2] * perfect.scale[0]

    unlikely = probabilities(perfect)[4, -1]

    exact = np.exp(high - far) / (1 + np.exp(high - far)) - np.exp(low - far) / (
        1 + np.exp(low - far)
    )
    assert unlikely == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, grading = make_table(seed=seed), make_grading()
    expected = rng.random((len(table.annotator), len(NODES)))

    gradient = tabulate(table, grading).gradient(expected)

    def value(name: str, moved: FloatArray | float) -> float:
        changed: Grading = replace(grading, **{name: moved})  # type: ignore[arg-type]  # one field, named by the test
        return float((expected * tabulate(table, changed).log_probability).sum())

    step = 1e-5
    for name in ("cuts", "reliability", "scale"):
        start: FloatArray = getattr(grading, name)
        for i, move in enumerate(step * np.eye(len(start))):
            slope = (value(name, start + move) - value(name, start - move)) / (2 * step)
            assert getattr(gradient, name)[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)
    up, down = (value("position", grading.position + move) for move in (step, -step))
    assert gradient.position == pytest.approx((up - down) / (2 * step), rel=1e-5)


def test_every_category_has_two_bounds() -> None:
    table = count_graded(
        [0] * 9,
        [0] * 9,
        [*GRADES, -1, 1],
        is_graded=[True] * 7 + [False] * 2,
        n_pairs=1,
        n_annotators=1,
    )

    log_probability = tabulate(table, make_grading(1)).log_probability

    assert len(table.category) == N_CATEGORIES
    assert np.isfinite(log_probability).all()


def test_rounding_leaves_no_noise_and_no_negative_zero() -> None:
    grading = replace(make_grading(), position=-1e-9, cuts=np.array([0.12345678, 1.0, 2.0]))

    rounded = grading.rounded(4)

    assert rounded.cuts[0] == 0.1235
    assert str(rounded.position) == "0.0"
