from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring.incremental.cluster_cells import ClusterCells

N_MODELS, N_CLUSTERS = 5, 7
CHANCE = np.random.default_rng(1).random((N_MODELS, N_MODELS))
rows = st.tuples(st.integers(0, N_CLUSTERS - 1), st.integers(0, 4), st.integers(0, 4))


def check(cells: ClusterCells, kept: Counter[tuple[int, int, int]]) -> None:
    expected, sums = np.ones((N_CLUSTERS, N_MODELS)), np.zeros(N_CLUSTERS)
    for (cluster, left, right), n in kept.items():
        expected[cluster, left] -= n * CHANCE[left, right]
        expected[cluster, right] += n * CHANCE[left, right]
        sums[cluster] += n * CHANCE[left, right]
    found = np.ones((N_CLUSTERS, N_MODELS))
    cells.take_from(found, CHANCE, np.arange(N_MODELS))
    assert found == pytest.approx(expected)
    assert cells.sums(CHANCE, N_CLUSTERS) == pytest.approx(sums)


@given(st.lists(rows, max_size=30), st.lists(rows, max_size=30), st.data())
def test_cells_count_whatever_comes_and_goes(
    first: list[tuple[int, int, int]], later: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    cells, kept = ClusterCells(N_MODELS), Counter(first)
    columns = np.array(first, dtype=np.int64).reshape(-1, 3).T
    cells.add_all(columns[0], columns[1], columns[2], np.ones(len(first), dtype=np.int64))

    for row in later:
        times = -1 if kept[row] and data.draw(st.booleans()) else 1
        cells.add(*row, times)
        kept[row] += times
        if data.draw(st.booleans()):
            check(cells, kept)

    check(cells, kept)
    assert len(cells) == sum(n > 0 for n in kept.values())


def test_blocks_add_up() -> None:
    drawn = [(c, i, j) for c in range(N_CLUSTERS) for i in range(4) for j in range(4) if i != j]
    cells = ClusterCells(N_MODELS, block=3)

    for row in drawn[::-1]:
        cells.add(*row, 2)

    check(cells, Counter(drawn * 2))


def test_no_cells_expect_nothing() -> None:
    check(ClusterCells(N_MODELS), Counter())


def test_models_find_their_own_columns() -> None:
    cells = ClusterCells(N_MODELS)
    cells.add(2, 4, 1, 3)
    table, found = np.zeros((N_MODELS, N_MODELS)), np.zeros((N_CLUSTERS, 3))
    table[4, 1] = 0.25

    cells.take_from(found, table, np.array([0, 1, 0, 0, 2]))

    assert found[2].tolist() == [0, 0.75, -0.75]
    assert np.count_nonzero(found) == 2


def test_a_cell_that_came_and_went_before_any_pass_is_none() -> None:
    cells = ClusterCells(N_MODELS)
    cells.add(0, 1, 2, 1)
    cells.add(0, 1, 2, -1)
    cells.add(0, 3, 2, 1)

    assert len(cells) == 1
    assert cells.n_kept == 1


def test_new_cells_are_let_in_where_they_belong() -> None:
    cells = ClusterCells(N_MODELS)
    for row in [(3, 1, 0), (1, 2, 4), (3, 0, 1)]:
        cells.add(*row, 1)
    assert len(cells) == 3

    for row in [(0, 1, 0), (6, 2, 4), (3, 0, 2)]:
        cells.add(*row, 2)

    kept = Counter({(3, 1, 0): 1, (1, 2, 4): 1, (3, 0, 1): 1, (0, 1, 0): 2, (6, 2, 4): 2})
    check(cells, kept + Counter({(3, 0, 2): 2}))
