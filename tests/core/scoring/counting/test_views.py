import numpy as np
import pytest

from evalhub.core.scoring.arrays import BLOCK
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.counts import Counts, count_judgments
from evalhub.core.scoring.counting.views import CellView, CountedView
from tests.core.scoring.tables import simulated

COUNTS = count_judgments(simulated({"m0": 1.0, "m1": 0.0, "m2": -1.0}, n_prompts=6, n_per_prompt=9))


def test_places_lead_to_the_cells_of_the_sample() -> None:
    cells = COUNTS.cells(is_graded=False)

    (block,) = CountedView.of(COUNTS, cells, is_graded=False, sign=1.0).blocks()

    assert block.place is not None
    assert cells.left[block.place].tolist() == COUNTS.left.tolist()
    assert cells.right[block.place].tolist() == COUNTS.right.tolist()
    assert cells.outcome[block.place].tolist() == COUNTS.outcome.tolist()
    n = np.bincount(block.place, block.cells.n, len(cells.n))
    assert n.tolist() == cells.n.tolist()


@pytest.mark.parametrize("n_models", [256, 257], ids=["looked up", "one by one"])
def test_many_models_are_not_looked_up_and_have_their_own_covariates(n_models: int) -> None:
    models = [f"m{i:04}" for i in range(n_models)]
    one = np.array([0])
    counts = Counts.of(
        models, ["p"], cluster=one, left=one, right=one + 255, outcome=one + 2, n=one + 4
    )
    view = CountedView.of(counts, counts.cells(is_graded=False), is_graded=False, sign=1.0)

    (block,) = view.with_position().blocks()

    assert (block.place is None) == (n_models == 257)
    assert block.cells.covariates.shape == (1, int(block.place is None))
    assert (block.cells.right[0], block.cells.n[0]) == (255, 4)


def test_grades_are_left_out_where_they_are_not_asked_for() -> None:
    zero = np.zeros(1, dtype=np.int64)
    counts = Counts.of(
        ["a", "b"], ["p"], cluster=zero, left=zero, right=zero + 1, outcome=zero + 7, n=zero + 1
    )

    shown = [
        next(CountedView.of(counts, counts.cells(is_graded=g), is_graded=g, sign=1.0).blocks())
        for g in (False, True)
    ]

    assert [int(block.cells.outcome[0]) for block in shown] == [2, 7]


def test_grades_lead_to_the_cell_of_the_sample_that_has_none() -> None:
    outcome = np.arange(9)
    zero = np.zeros(9, dtype=np.int64)
    counts = Counts.of(
        ["a", "b"], ["p"], cluster=zero, left=zero, right=zero + 1, outcome=outcome, n=outcome + 1
    )
    cells = counts.cells(is_graded=False)

    (block,) = CountedView.of(counts, cells, is_graded=False, sign=1.0).blocks()

    assert block.place is not None
    assert cells.outcome[block.place].tolist() == [0, 1, 2, 0, 0, 0, 2, 2, 2]
    assert np.bincount(block.place, block.cells.n).tolist() == cells.n.tolist() == [16, 2, 27]


def test_corrections_carry_the_sign() -> None:
    view = CountedView.of(COUNTS, COUNTS.cells(is_graded=False), is_graded=False, sign=-1.0)
    cells = Cells.plain(COUNTS.left, COUNTS.right, COUNTS.outcome, COUNTS.n)
    held = CellView(cells, COUNTS.cluster, 6, sign=-1.0)

    assert view.correction == held.correction == pytest.approx(-6 / 5)
    assert view.n_cells == held.n_cells == len(COUNTS.n)


def test_blocks_go_through_all_cells_in_their_order() -> None:
    n = BLOCK + 3
    cluster = np.arange(n)
    counts = Counts.of(
        ["a", "b"],
        [str(i) for i in range(n)],
        cluster=cluster,
        left=np.zeros(n, dtype=np.int64),
        right=np.ones(n, dtype=np.int64),
        outcome=cluster % 3,
        n=np.full(n, 2),
    )

    blocks = list(
        CountedView.of(counts, counts.cells(is_graded=False), is_graded=False, sign=1.0).blocks()
    )

    assert [len(block.cluster) for block in blocks] == [BLOCK, 3]
    assert np.concatenate([block.cluster for block in blocks]).tolist() == cluster.tolist()
    assert counts.n_judgments == 2 * n
    assert counts.cells(is_graded=False).n.sum() == 2 * n
