from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student_t

from evalhub.core.releasing.dossier.comparing import (
    Comparisons,
    GroupDifference,
    Score,
    compare_groups,
    holm,
)

MADE = GroupDifference(
    first="a",
    second="b",
    dimension="language",
    group="de",
    share=0.6,
    rest=0.5,
    n=40,
    n_rest=40,
    interval=None,
    p=None,
)


def scores(group: str, won: list[float], *, per_cluster: int = 5) -> list[Score]:
    return [
        Score("a", "b", score, f"{group}-{place // per_cluster}", group)
        for place, score in enumerate(won)
    ]


def compared(*groups: list[Score]) -> Comparisons:
    return compare_groups({"language": [one for group in groups for one in group]})


def test_difference_and_its_interval_are_those_of_the_formula() -> None:
    rng = np.random.default_rng(3)
    one, other = (rng.choice([0.0, 0.5, 1.0], size=50) for _ in range(2))

    (found,) = compared(scores("de", one.tolist()), scores("en", other.tolist())).made

    def variance(won: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        sums = won.reshape(10, 5).sum(axis=1) - won.mean() * 5
        return float(10 / 9 * (sums**2).sum() / 50**2)

    half = student_t.ppf(0.975, 9) * sqrt(variance(one) + variance(other))
    assert found.difference == pytest.approx(one.mean() - other.mean())
    assert found.interval is not None
    assert found.interval.high - found.interval.low == pytest.approx(2 * half)
    assert (found.n, found.n_rest) == (50, 50)


def test_two_groups_are_one_comparison_and_three_are_three() -> None:
    groups = [scores(name, [1.0, 0.0, 0.5, 1.0] * 10) for name in ("de", "en", "fr")]

    assert [one.group for one in compared(*groups[:2]).made] == ["de"]
    assert sorted(one.group for one in compared(*groups).made) == ["de", "en", "fr"]


def test_one_group_alone_has_nothing_to_be_compared_with() -> None:
    assert compared(scores("de", [1.0, 0.0] * 30)) == Comparisons((), 0)


@pytest.mark.parametrize(
    ("n", "per_cluster"), [(29, 5), (40, 10)], ids=["29 judgments", "four clusters"]
)
def test_a_side_with_too_little_is_counted_and_not_compared(n: int, per_cluster: int) -> None:
    few = scores("de", ([1.0, 0.0] * n)[:n], per_cluster=per_cluster)

    assert compared(few, scores("en", [1.0, 0.0] * 30)) == Comparisons((), 1)


def test_clusters_that_are_alike_give_no_interval() -> None:
    (found,) = compared(scores("de", [1.0] * 30), scores("en", [0.0] * 30)).made

    assert (found.difference, found.interval, found.p) == (1.0, None, None)


def test_models_are_compared_apart() -> None:
    own = [*scores("de", [1.0, 0.0, 1.0] * 12), *scores("en", [0.0, 0.0, 1.0] * 12)]
    other = [replace(one, second="c") for one in own]

    found = compare_groups({"language": [*own, *other]}).made

    assert sorted((one.first, one.second) for one in found) == [("a", "b"), ("a", "c")]


def test_holm_gives_the_worked_example() -> None:
    p_values = (0.01, 0.04, 0.03, 0.005)

    found = holm([replace(MADE, group=str(p), p=p) for p in p_values])

    assert [one.group for one in found] == ["0.005", "0.01", "0.03", "0.04"]
    assert [one.p for one in found] == pytest.approx([0.02, 0.03, 0.06, 0.06])


def test_what_could_not_be_tested_still_counts_among_the_tests() -> None:
    found = holm([replace(MADE, p=None), replace(MADE, group="en", p=0.03)])

    assert [one.p for one in found] == [pytest.approx(0.06), None]


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    found = holm([replace(MADE, group=str(n), p=p) for n, p in enumerate(p_values)])

    adjusted = [one.p or 0.0 for one in found]
    assert adjusted == sorted(adjusted)
    assert all((one.p or 0) >= p_values[int(one.group)] for one in found)
    assert adjusted[0] == pytest.approx(min(1.0, min(p_values) * len(p_values)))


def test_a_true_null_is_found_no_more_often_than_five_times_in_a_hundred() -> None:
    rng = np.random.default_rng(11)
    n_found = 0
    for _ in range(200):
        # Whole clusters lean together, as the judgments of one prompt do.
        lean = rng.beta(4, 4, size=16)
        won = (rng.random((16, 6)) < lean[:, np.newaxis]).astype(float)
        one, other = won[:8].ravel().tolist(), won[8:].ravel().tolist()
        (made,) = compared(
            scores("de", one, per_cluster=6), scores("en", other, per_cluster=6)
        ).made
        n_found += made.p is not None and made.p < 0.05
    assert n_found <= 18  # 10 expected of 200; 18 would come by chance in 1 of 100.
