from collections import Counter
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring import Counts, count_judgments
from evalhub.core.scoring.counting.counts import half_win_scores
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, TIED
from tests.core.scoring.tables import SCORES, judgments, tables

MIXED = judgments(
    [
        ("p1", "a", "b", 1.0),
        ("p1", "a", "b", 1.0),
        ("p1", "b", "a", 0.0),
        ("p2", "a", "b", 0.5),
        ("p2", "c", "a", 0.0),
    ]
)


def _cells(counts: Counts) -> dict[tuple[str, str, str, float], int]:
    """Return the cells with names for positions."""
    rows = zip(counts.cluster, counts.left, counts.right, counts.outcome, counts.n, strict=True)
    return {
        (counts.clusters[g], counts.models[i], counts.models[j], float(o) / 2): int(n)
        for g, i, j, o, n in rows
    }


def test_equal_judgments_share_a_cell() -> None:
    counts = count_judgments(MIXED)

    assert _cells(counts) == {
        ("p1", "a", "b", 1.0): 2,
        ("p1", "b", "a", 0.0): 1,
        ("p2", "a", "b", 0.5): 1,
        ("p2", "c", "a", 0.0): 1,
    }
    assert counts.n_judgments == 5


def test_the_table_adds_up_clusters_by_outcome_and_side() -> None:
    table = count_judgments(MIXED).table()

    assert table[LEFT_WON].tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 0]]
    assert table[TIED].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert table[LEFT_LOST].tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 0]]


def test_scores_are_wins_from_either_side_plus_half_ties() -> None:
    scores = half_win_scores(count_judgments(MIXED).table())

    assert scores.tolist() == [[0, 3.5, 1], [0.5, 0, 0], [0, 0, 0]]


def test_named_models_without_judgments_are_in_the_table() -> None:
    counts = count_judgments(MIXED, models=["absent", "a"])

    assert counts.models == ("a", "absent", "b", "c")
    assert _cells(counts) == _cells(count_judgments(MIXED))


def test_no_judgments_give_no_cells() -> None:
    counts = count_judgments(MIXED.iloc[:0], models=["alone"])

    assert counts.n_judgments == 0
    assert counts.models == ("alone",)
    assert counts.table().tolist() == [[[0]], [[0]], [[0]]]


def test_a_subset_keeps_only_its_own_cells_and_clusters() -> None:
    subset = count_judgments(MIXED).within([0, 2])

    assert subset.models == ("a", "c")
    assert subset.clusters == ("p2",)
    assert _cells(subset) == {("p2", "c", "a", 0.0): 1}


def test_the_subset_of_all_models_is_the_whole() -> None:
    counts = count_judgments(MIXED)

    assert counts.within([0, 1, 2]) is counts


def _counter(table: pd.DataFrame) -> Counter[tuple[str, str, str, float]]:
    rows = table.itertuples(index=False, name=None)
    return Counter((prompt, left, right, SCORES[word]) for prompt, left, right, word in rows)


@pytest.mark.parametrize("n_prompts", [3, 200_000], ids=["small keys", "large keys"])
def test_many_judgments_are_counted_as_few(n_prompts: int) -> None:
    # 200,000 rows are read by several threads; 200,000 prompts and 300 models need 64-bit keys.
    n = 200_000
    index = np.arange(n)
    model = np.char.add("m", (index % 300).astype(str))
    table = pd.DataFrame(
        {
            "prompt_id": np.char.add("p", (index % n_prompts).astype(str)),
            "left": model,
            "right": np.roll(model, 1),
            "winner": np.array(["right", "tie", "left"])[index % 3],
        }
    )

    counts = count_judgments(table)

    assert _cells(counts) == _counter(table)


@given(tables())
def test_cells_are_those_of_a_plain_counter(table: pd.DataFrame) -> None:
    expected = _counter(table)

    assert _cells(count_judgments(table)) == expected


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table: pd.DataFrame, random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)

    _assert_same(count_judgments(table.iloc[order]), count_judgments(table))


@given(tables(), tables(max_models=7))
def test_adding_equals_counting_all_at_once(first: pd.DataFrame, second: pd.DataFrame) -> None:
    added = count_judgments(first).add(second)

    _assert_same(added, count_judgments(pd.concat([first, second])))


@given(tables())
def test_adding_nothing_changes_nothing(table: pd.DataFrame) -> None:
    counts = count_judgments(table)

    _assert_same(counts.add(table.iloc[:0]), counts)


def _assert_same(one: Counts, other: Counts) -> None:
    """Assert that two counts hold the same names and the same bits."""
    assert (one.models, one.clusters) == (other.models, other.clusters)
    for field in ("cluster", "left", "right", "outcome", "n"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


def test_codes_beyond_a_table_are_summed_by_sorting() -> None:
    # 1,200 models have more than four million codes, which no table is made for.
    models = [f"m{i:04}" for i in range(1_200)]
    cells = np.array(
        [[0, 5, 900, 2, 3], [1, 3, 4, 0, 1], [1, 5, 900, 2, 4], [2, 1_198, 1_199, 1, 2]]
    )
    cluster, left, right, outcome, n = cells.T
    counts = Counts.of(
        models, ["p", "q", "r"], cluster=cluster, left=left, right=right, outcome=outcome, n=n
    )

    found = counts.cells(is_graded=False)

    assert found.left.tolist() == [3, 5, 1_198]
    assert found.right.tolist() == [4, 900, 1_199]
    assert found.n.tolist() == [1, 7, 2]


def test_numbers_too_large_to_be_sorted_along_are_summed_all_the_same() -> None:
    models = [f"m{i:04}" for i in range(1_200)]
    big = 2**52
    rows = np.array([[0, 5, 900, 2, big], [1, 5, 900, 2, 3]])
    cluster, left, right, outcome, n = rows.T
    counts = Counts.of(
        models, ["p", "q"], cluster=cluster, left=left, right=right, outcome=outcome, n=n
    )

    assert counts.cells(is_graded=False).n.tolist() == [big + 3]


def test_many_models_without_a_judgment_have_no_cells() -> None:
    counts = count_judgments(judgments([]), models=[f"m{i:04}" for i in range(1_200)])

    assert len(counts.cells(is_graded=False).n) == 0
