import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from evalhub.core.scoring import BoardRow, Counts, count_judgments, fit_counts
from evalhub.core.scoring.criteria import fit_composite
from evalhub.errors import BadInput, EstimationError, TooFewClusters

MODELS = np.array(["alder", "birch", "cedar"])
STRENGTHS = np.array([0.8, 0.0, -0.8])


def draw(seed: int = 0, *, n_prompts: int = 40, turn: float = 1.0) -> pd.DataFrame:
    """Return judgments whose prompts favour models; ``turn`` -1 turns every strength around."""
    rng = np.random.default_rng(seed)
    n = n_prompts * 6
    left = rng.integers(0, 3, n)
    right = (left + rng.integers(1, 3, n)) % 3
    prompt = np.repeat(np.arange(n_prompts), 6)
    effect = STRENGTHS + rng.normal(0, 0.7, (n_prompts, 3))
    chance = expit(turn * (effect[prompt, left] - effect[prompt, right]))
    return pd.DataFrame(
        {
            "prompt_id": [f"p{number:03}" for number in prompt],
            "left": MODELS[left],
            "right": MODELS[right],
            "winner": np.where(rng.random(n) < chance, "left", "right"),
        }
    )


def board_of(counts: Counts) -> dict[str, BoardRow]:
    """Return the rows of one criterion's board by their model."""
    (board,) = fit_counts(counts).boards
    return {row.model: row for row in board.rows}


def errors_of(counts: Counts) -> list[float]:
    """Return the standard errors of one criterion's board, in the order of the models."""
    return [row.se or 0 for _, row in sorted(board_of(counts).items())]


def test_one_criterion_is_its_own_board() -> None:
    counts = count_judgments(draw())
    board = board_of(counts)

    found = fit_composite({"clear": counts}, {"clear": 3.0})

    assert found.weights == {"clear": 1.0}
    for row in found.rows:
        expected = board[row.model]
        assert expected.interval is not None
        assert row.strength == pytest.approx(expected.strength)
        assert row.se == pytest.approx(expected.se)
        assert row.interval.low == pytest.approx(expected.interval.low)


def test_the_same_criterion_twice_is_no_more_certain() -> None:
    counts = count_judgments(draw())

    twice = fit_composite({"a": counts, "b": counts}, {"a": 1, "b": 1})

    assert np.allclose(np.sqrt(np.diag(twice.covariance)), errors_of(counts))


def test_a_criterion_and_its_opposite_cancel_with_their_errors() -> None:
    straight = draw()
    opposite = straight.assign(winner=straight["winner"].map({"left": "right", "right": "left"}))
    counts = {"a": count_judgments(straight), "b": count_judgments(opposite)}

    with pytest.raises(EstimationError, match="leave nothing to measure"):
        fit_composite(counts, {"a": 1, "b": 1})


def test_independent_criteria_add_their_variances() -> None:
    one, other = draw(1), draw(2)
    other["prompt_id"] = "q" + other["prompt_id"]
    counts = {"a": count_judgments(one), "b": count_judgments(other)}

    found = fit_composite(counts, {"a": 1, "b": 1})

    separate = sum(np.square(errors_of(part)) for part in counts.values()) / 4
    # Two sets of prompts count as one larger set: the factors G / (G - 1) differ a little.
    assert np.allclose(np.diag(found.covariance), separate * (80 / 79) / (40 / 39))
    assert found.n_prompts == 80


def test_weights_pull_the_composite() -> None:
    counts = {"a": count_judgments(draw(1)), "b": count_judgments(draw(2, turn=-1.0))}

    toward_a, toward_b = (
        fit_composite(counts, {"a": a, "b": b}).rows[0].model for a, b in ((9, 1), (1, 9))
    )

    assert (toward_a, toward_b) == ("alder", "cedar")


def test_intervals_hold_the_strength_and_are_wider_than_nothing() -> None:
    found = fit_composite({"a": count_judgments(draw())}, {"a": 1})

    for row in found.rows:
        assert row.interval.low < row.strength < row.interval.high
    assert found.rows[0].elo == pytest.approx(1000 + 173.7178 * found.rows[0].strength, rel=1e-6)


def test_only_models_that_all_criteria_judge_are_compared() -> None:
    some = draw()
    without = some[(some["left"] != "cedar") & (some["right"] != "cedar")]

    found = fit_composite(
        {"a": count_judgments(some), "b": count_judgments(without)}, {"a": 1, "b": 1}
    )

    assert found.models == ("alder", "birch")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "name at least one"),
        ({"style": 1.0}, "'style' is none that was judged"),
        ({"a": 0.0}, "weight of 'a': 0 is not above 0"),
        ({"a": float("nan")}, "weight of 'a': nan is not above 0"),
        ({"a": float("inf")}, "weight of 'a': inf is not above 0"),
    ],
    ids=["none", "unknown", "zero", "nan", "infinite"],
)
def test_weights_that_break_a_rule_are_named(weights: dict[str, float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        fit_composite({"a": count_judgments(draw())}, weights)


def test_few_prompts_are_refused() -> None:
    with pytest.raises(TooFewClusters):
        fit_composite({"a": count_judgments(draw(n_prompts=4))}, {"a": 1})


def test_a_criterion_without_a_maximum_is_named() -> None:
    always = draw().assign(winner="left")
    always = always[always["left"] < always["right"]]

    with pytest.raises(EstimationError, match=r"Criterion 'a': .* no finite maximum"):
        fit_composite({"a": count_judgments(always)}, {"a": 1})


def test_criteria_without_a_common_model_have_no_composite() -> None:
    one = draw()
    other = one.replace({name: f"{name}-2" for name in MODELS})

    with pytest.raises(EstimationError, match="no two models in common"):
        fit_composite({"a": count_judgments(one), "b": count_judgments(other)}, {"a": 1, "b": 1})
