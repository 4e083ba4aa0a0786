import numpy as np
import pytest

from evalhub.core.scoring.labels import ControlCounts
from evalhub.core.scoring.labels.grading import Grading, GradingGradient
from evalhub.core.scoring.labels.parameters import (
    ReliabilityPrior,
    first_grading,
    maximise,
)
from evalhub.errors import BadInput, NotConverged


def say_nothing(grading: Grading) -> tuple[float, GradingGradient]:
    """Return a likelihood that does not depend on the grading."""
    n = len(grading.scale)
    return 0.0, GradingGradient(np.zeros(3), 0.0, np.zeros(n), np.zeros(n))


def test_without_judgments_the_priors_decide() -> None:
    prior = ReliabilityPrior.of((8.0, 2.0), n_annotators=2)

    found = maximise(say_nothing, first_grading(prior), prior=prior, max_iterations=200).grading

    assert np.allclose(found.cuts, [1, 2, 3], atol=1e-5)
    assert np.allclose(found.reliability, 7 / 8, atol=1e-5)
    assert np.allclose(found.scale, 1, atol=1e-5)
    assert found.position == pytest.approx(0, abs=1e-6)


def test_control_items_move_only_their_annotator() -> None:
    controls = ControlCounts(right=np.array([40, 0]), wrong=np.array([0, 0]))
    prior = ReliabilityPrior.of((8.0, 2.0), n_annotators=2, controls=controls)

    found = maximise(say_nothing, first_grading(prior), prior=prior, max_iterations=200).grading

    assert found.reliability[0] == pytest.approx(47 / 48, abs=1e-4)
    assert found.reliability[1] == pytest.approx(7 / 8, abs=1e-4)


def test_a_reliability_never_falls_below_a_coin() -> None:
    controls = ControlCounts(right=np.array([0]), wrong=np.array([500]))
    prior = ReliabilityPrior.of((8.0, 2.0), n_annotators=1, controls=controls)

    found = maximise(say_nothing, first_grading(prior), prior=prior, max_iterations=200).grading

    assert found.reliability[0] == 0.5


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ([1], [1, 2], "controls, right: 1 entries for 2 annotators"),
        ([1, 2], [1], "controls, wrong: 1 entries for 2 annotators"),
        ([1, 2], [0, -1], "controls, wrong: -1 is negative"),
    ],
    ids=["right", "wrong", "negative"],
)
def test_controls_must_fit_the_annotators(right: list[int], wrong: list[int], message: str) -> None:
    controls = ControlCounts(right=np.array(right), wrong=np.array(wrong))

    with pytest.raises(BadInput, match=message):
        ReliabilityPrior.of((8.0, 2.0), n_annotators=2, controls=controls)


def test_a_search_cut_short_is_an_error_that_carries_its_gradient() -> None:
    def slope(grading: Grading) -> tuple[float, GradingGradient]:
        gradient = GradingGradient(np.zeros(3), 5.0, np.zeros(1), np.zeros(1))
        return 5.0 * grading.position, gradient

    prior = ReliabilityPrior.of((8.0, 2.0), n_annotators=1)

    with pytest.raises(NotConverged, match="stopped after 1 iterations") as caught:
        maximise(slope, first_grading(prior), prior=prior, max_iterations=1)
    assert caught.value.n_iterations == 1
