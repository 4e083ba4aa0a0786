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
    by_left, by_right = np.zeros((N_CLUSTERS, N_MODELS)), np.zeros((N_CLUSTERS, N_MODELS))
    for (cluster, left, right), n in kept.items():
        by_left[cluster, left] += n * CHANCE[left, right]
        by_right[cluster, right] += n * CHANCE[left, right]
    found = cells.expected(CHANCE, N_CLUSTERS)
    assert found[0] == pytest.approx(by_left)
    assert found[1] == pytest.approx(by_right)


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
