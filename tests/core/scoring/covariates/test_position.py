import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t

from evalhub.core.scoring import Cluster, PositionCount, count_judgments, fit
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.covariates.position import count_sides
from evalhub.core.scoring.intervals.shares import wilson
from tests.core.scoring.tables import judgments, only, repeated, row_of, strengths_of


def _sides(table: pd.DataFrame, kind: Cluster = Cluster.PROMPT) -> PositionCount:
    return count_sides(ClusteredCounts(kind, (count_judgments(table),)), level=0.95)


def _biased(*, advantage: float, n_prompts: int = 60, seed: int = 3) -> pd.DataFrame:
    """Draw judgments of three models in which the left side has an advantage."""
    rng, rows = np.random.default_rng(seed), []
    strength = {"a": 0.6, "b": 0.0, "c": -0.6}
    for prompt in range(n_prompts):
        for _ in range(20):
            left, right = (str(name) for name in rng.choice(sorted(strength), 2, replace=False))
            gap = strength[left] - strength[right] + advantage
            won = float(rng.random() < 1 / (1 + np.exp(-gap)))
            rows.append((f"p{prompt}", left, right, won))
    return judgments(rows)


def test_no_decisive_judgment_has_no_share() -> None:
    count = _sides(repeated([("a", "b", 0.5)], 9))

    assert (count.n_decisive, count.left_share, count.interval) == (0, None, None)


def test_judgments_that_agree_within_prompts_count_for_less() -> None:
    # On each prompt all twenty judgments favour the same side: twelve prompts, not 240 judgments.
    alike = judgments(
        [(f"p{p}", m, "b", float(p % 3 > 0)) for p in range(12) for m in ("a", "c") * 10]
    )
    shuffled = alike.assign(winner=alike["winner"].sample(frac=1, random_state=1).tolist())

    wide, narrow = _sides(alike).interval, _sides(shuffled).interval

    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert wide == wilson(2 / 3, 11, float(student_t.ppf(0.975, 11)))


def test_the_method_of_the_share_is_named() -> None:
    table = _biased(advantage=0.0, n_prompts=6)

    assert _sides(table).method == (
        "Wilson 95 % interval, n reduced by the variance between prompts"
    )
    few = table[table["prompt_id"].isin(["p0", "p1"])]
    independent = "Wilson 95 % interval, judgments taken for independent"
    assert _sides(few).method == _sides(table, Cluster.NONE).method == independent


@pytest.mark.parametrize("ties", ["half", "rao-kupper", "davidson"])
def test_an_advantage_of_the_left_side_is_found(ties: str) -> None:
    table = _biased(advantage=0.5)
    table.loc[::6, "winner"] = "tie"

    effect = only(fit(table, ties=ties)).position

    assert effect is not None
    assert effect.interval is not None
    assert effect.interval.low > 0.2


def test_no_advantage_is_not_found() -> None:
    effect = only(fit(_biased(advantage=0.0))).position

    assert effect is not None
    assert effect.interval is not None
    assert effect.interval.low < 0 < effect.interval.high


def test_reporting_and_adjusting_estimate_the_same_effect() -> None:
    table = _biased(advantage=0.5)

    reported, adjusted = only(fit(table)), only(fit(table, position="adjust"))

    assert reported.position is not None
    assert adjusted.position is not None
    assert reported.position.value == pytest.approx(adjusted.position.value, abs=1e-9)
    assert reported.position.se == pytest.approx(adjusted.position.se, rel=1e-6)
    assert strengths_of(reported) == strengths_of(only(fit(table, position="off")))


def test_too_few_prompts_leave_an_adjusted_effect_without_an_interval() -> None:
    won, lost = 1.0, 0.0
    rows = [
        ("p1", "a", "b", won),
        ("p1", "b", "a", lost),
        ("p2", "b", "a", won),
        ("p2", "a", "b", won),
        ("p3", "a", "b", lost),
    ]

    position = only(fit(judgments(rows), position="adjust")).position

    assert position is not None
    assert position.value == pytest.approx(np.log(2) / 2)
    assert (position.se, position.interval) == (None, None)
    assert position.reason == "An interval needs at least 5 clusters; there are 3."


def test_a_model_shown_on_the_left_gains_nothing_once_adjusted() -> None:
    # Two equal models; the first stood left in three of four judgments, and the left side wins.
    rng, rows = np.random.default_rng(6), []
    for prompt in range(200):
        for i in range(8):
            left, right = ("a", "b") if i % 4 else ("b", "a")
            rows.append((f"p{prompt}", left, right, float(rng.random() < 0.7)))

    plain = row_of(only(fit(judgments(rows))), "a").strength
    adjusted = row_of(only(fit(judgments(rows), position="adjust")), "a").interval

    assert plain is not None
    assert plain > 0.15
    assert adjusted is not None
    assert adjusted.low < 0 < adjusted.high


def test_a_left_side_that_always_wins_has_no_finite_effect() -> None:
    table = repeated([("a", "b", 1.0), ("b", "a", 1.0)], 20)

    effect = only(fit(table)).position

    assert effect is not None
    assert effect.value is None
    assert effect.reason == "The effect of position has no finite maximum in these judgments."


def test_few_clusters_leave_the_effect_without_interval() -> None:
    effect = only(fit(_biased(advantage=0.3, n_prompts=3))).position

    assert effect is not None
    assert effect.value is not None
    assert effect.reason == "An interval needs at least 5 clusters; there are 3."


def test_judgments_that_balance_out_leave_the_effect_without_interval() -> None:
    pairs = [("a", "b", 1.0), ("a", "b", 0.0), ("b", "a", 1.0), ("b", "a", 0.0)]

    effect = only(fit(repeated(pairs, 20))).position

    assert effect is not None
    assert effect.value == pytest.approx(0, abs=1e-12)
    assert effect.reason is not None
    assert effect.reason.startswith("The judgments balance out within every cluster")
