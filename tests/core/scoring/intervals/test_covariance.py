import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.stats import t as student_t

from evalhub.core.scoring import Cluster, Counts, count_judgments
from evalhub.core.scoring.arrays import BLOCK, FloatArray
from evalhub.core.scoring.counting.counts import half_win_scores
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.intervals.covariance import ClusteredCovariance, clustered_covariance
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.core.scoring.strengths.newton import Estimate
from evalhub.errors import TooFewClusters
from tests.core.scoring.tables import SCORES, connected_tables, judgments, repeated, simulated

STRENGTHS = {"a": 0.8, "b": 0.2, "c": -0.3, "d": -0.7}


def _fitted(table: pd.DataFrame) -> tuple[Counts, Estimate, FloatArray]:
    counts = count_judgments(table)
    scores = half_win_scores(counts.table())
    return counts, fit_bradley_terry(scores), scores


def _spread(table: pd.DataFrame) -> ClusteredCovariance:
    counts, fit, _ = _fitted(table)
    return clustered_covariance(Sample.of(Cluster.PROMPT, (counts,), is_graded=False), fit)


def _row_by_row(table: pd.DataFrame) -> FloatArray:
    """Compute the sandwich by its definition, one judgment at a time."""
    counts, fit, scores = _fitted(table)
    strengths, n = fit.strengths, len(counts.models)
    sums: dict[str, FloatArray] = {}
    for prompt, left, right, word in table.itertuples(index=False):
        i, j = counts.models.index(left), counts.models.index(right)
        surprise = SCORES[word] - 1 / (1 + np.exp(strengths[j] - strengths[i]))
        one = sums.setdefault(prompt, np.zeros(n))
        one[i] += surprise
        one[j] -= surprise
    meat = np.sum([np.outer(one, one) for one in sums.values()], axis=0)
    meat *= len(sums) / (len(sums) - 1)
    p = 1 / (1 + np.exp(strengths - strengths[:, np.newaxis]))
    weight = (scores + scores.T) * p * p.T
    bread = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    return np.asarray(bread @ meat @ bread)


@pytest.mark.parametrize(
    ("n_prompts", "n_per_prompt"), [(12, 30), (150, 1), (60, 3)], ids=["dense", "sparse", "mixed"]
)
def test_the_covariance_is_that_of_the_definition(n_prompts: int, n_per_prompt: int) -> None:
    many = {f"m{i:02d}": i / 20 for i in range(12)}
    ring = [("r", f"m{i:02d}", f"m{(i + 1) % 12:02d}", 0.5) for i in range(12)]
    table = simulated(many, n_prompts=n_prompts, n_per_prompt=n_per_prompt)
    table = pd.concat([table, judgments(ring)])

    spread = _spread(table)

    assert spread.covariance == pytest.approx(_row_by_row(table), abs=1e-10)
    assert spread.n_clusters == n_prompts + 1


def test_the_covariance_of_more_cells_than_one_block_is_that_of_the_definition() -> None:
    rng = np.random.default_rng(5)
    n_models, n_prompts, n = 40, 9_000, BLOCK + 90_000
    names = np.array([f"m{i:02d}" for i in range(n_models)])
    prompt, i = rng.integers(n_prompts, size=n), rng.integers(n_models, size=n)
    j = (i + rng.integers(1, n_models, size=n)) % n_models
    won = rng.random(n) < 1 / (1 + np.exp((j - i) / n_models))
    table = pd.DataFrame(
        {
            "prompt_id": prompt.astype(str),
            "model_a": names[i],
            "model_b": names[j],
            "winner": np.where(won, "model_a", "model_b"),
        }
    )

    spread = _spread(table)

    counts, fit, scores = _fitted(table)
    assert len(counts.keys) > BLOCK
    p = 1 / (1 + np.exp(fit.strengths - fit.strengths[:, np.newaxis]))
    sums = np.zeros((n_prompts, n_models))
    np.add.at(sums, (prompt, i), won - p[i, j])
    np.add.at(sums, (prompt, j), p[i, j] - won)
    weight = (scores + scores.T) * p * p.T
    bread = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    expected = bread @ (sums.T @ sums * n_prompts / (n_prompts - 1)) @ bread
    assert spread.covariance == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(
    ("n_prompts", "n_per_prompt"), [(12, 30), (150, 1)], ids=["dense", "sparse"]
)
def test_clusters_are_counted_for_each_model(n_prompts: int, n_per_prompt: int) -> None:
    many = {f"m{i:02d}": i / 20 for i in range(12)}
    ring = [("r", f"m{i:02d}", f"m{(i + 1) % 12:02d}", 0.5) for i in range(12)]
    table = simulated(many, n_prompts=n_prompts, n_per_prompt=n_per_prompt)
    table = pd.concat([table, judgments(ring)])

    sides = pd.concat(
        [
            table[["prompt_id", side]].set_axis(["prompt", "model"], axis=1)
            for side in ("left", "right")
        ]
    )
    expected = sides.groupby("model")["prompt"].nunique().sort_index()
    assert _spread(table).clusters_by_model.tolist() == expected.tolist()


def test_differences_follow_from_the_covariance() -> None:
    spread = _spread(simulated(STRENGTHS, n_prompts=20, n_per_prompt=15))

    errors, v = spread.difference_errors(), spread.covariance
    assert errors[0, 2] == pytest.approx(np.sqrt(v[0, 0] + v[2, 2] - 2 * v[0, 2]))
    assert errors == pytest.approx(errors.T)
    assert np.diag(errors).tolist() == [0, 0, 0, 0]


def test_the_quantile_is_that_of_t_with_one_less_than_the_clusters() -> None:
    spread = _spread(simulated(STRENGTHS, n_prompts=20, n_per_prompt=15))

    assert spread.quantile(0.95) == pytest.approx(student_t.ppf(0.975, 19))
    assert spread.quantile(0.9) == pytest.approx(1.729, abs=1e-3)


@given(connected_tables())
def test_the_covariance_sums_to_zero_and_has_no_negative_direction(table: pd.DataFrame) -> None:
    covariance = _spread(table).covariance

    scale = max(1.0, float(np.abs(covariance).max()))
    assert np.abs(covariance.sum(axis=1)).max() < 1e-9 * scale
    assert np.linalg.eigvalsh(covariance).min() > -1e-9 * scale
    assert (covariance == covariance.T).all()


def test_one_more_prompt_like_the_others_narrows_the_errors() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=15)
    copied = table.assign(prompt_id="copy-" + table["prompt_id"])

    once, twice = _spread(table), _spread(pd.concat([table, copied]))

    ratio = twice.standard_errors / once.standard_errors
    # G doubles: the correction G / (G - 1) goes from 20/19 to 40/39.
    assert ratio == pytest.approx(np.full(4, np.sqrt((40 / 39) / (20 / 19) / 2)))


def test_the_same_judgments_again_on_the_same_prompts_narrow_nothing() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=15)

    once, twice = _spread(table), _spread(pd.concat([table, table]))

    assert twice.standard_errors == pytest.approx(once.standard_errors)


@pytest.mark.parametrize("n_prompts", [1, 4])
def test_under_five_clusters_no_covariance_is_given(n_prompts: int) -> None:
    table = repeated([("a", "b", 1.0), ("b", "a", 1.0)], n_prompts)

    with pytest.raises(TooFewClusters, match=f"at least 5 clusters; there are {n_prompts}"):
        _spread(table)


def test_balance_within_every_prompt_is_no_variation() -> None:
    spread = _spread(repeated([("a", "b", 1.0), ("b", "a", 1.0)], 6))

    assert spread.is_varying.tolist() == [False, False]
    assert spread.has_interval.tolist() == [False, False]


def test_a_model_judged_on_one_prompt_has_no_interval_however_many_judgments() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=15)
    new = [("p000", "new", "a", score) for score in (1.0, 0.0, 0.5)] * 50

    spread = _spread(pd.concat([table, judgments(new)]))

    assert spread.clusters_by_model[-1] == 1
    assert spread.has_interval.tolist() == [True, True, True, True, False]
