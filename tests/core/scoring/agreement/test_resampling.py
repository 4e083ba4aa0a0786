import numpy as np
import pytest

from evalhub.core.scoring.agreement import Cohen, Percent
from evalhub.core.scoring.agreement.resampling import (
    Kinds,
    kinds_of,
    per_block,
    resample,
    sparse_kinds,
)
from tests.core.scoring.agreement.rated import columns


def test_equal_sums_are_one_kind() -> None:
    kinds = kinds_of(np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]))

    assert kinds.n.tolist() == [1, 2]
    assert kinds.n_pairs == 3
    assert kinds.totals().tolist() == [2.0, 3.0]


def test_kinds_and_single_rows_give_intervals_of_one_width() -> None:
    sums = np.array([[1.0, 1.0], [0.0, 1.0]] * 100)
    rows = Kinds(sums, np.ones(len(sums), dtype=np.int64))

    grouped, single = (
        resample(Percent(), kinds, n_shared=200).interval for kinds in (kinds_of(sums), rows)
    )

    assert grouped is not None
    assert single is not None
    assert grouped.high - grouped.low == pytest.approx(single.high - single.low, abs=0.015)


def test_sums_of_units_are_added_up_by_pair() -> None:
    kinds = per_block(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]))

    assert (kinds.n_pairs, kinds.totals().tolist()) == (2, [7.0])


def test_sparse_sums_stay_sparse() -> None:
    ratings = columns(*["012", "021", "110"] * 5).comparable()
    sums = Cohen(3).sums(ratings)

    kinds = per_block(sums, ratings.block_of_unit())

    assert kinds.n_pairs == 15
    assert np.array_equal(kinds.totals(), sparse_kinds(sums).totals())


def test_large_samples_are_drawn_less_often_and_say_so() -> None:
    rows = np.stack([np.arange(100) % 2, np.ones(100)], axis=1).astype(np.float64)
    kinds = Kinds(rows, np.ones(100, dtype=np.int64))

    drawn = resample(Percent(), kinds, n_shared=100, max_cells=100_000)

    assert drawn.method == "95 % percentile interval of 1,000 resamples of pairs"
    assert drawn.interval is not None


def test_draws_made_some_at_a_time_are_those_made_at_once() -> None:
    sums = np.array([[1.0, 1.0], [0.0, 1.0]] * 100)

    at_once = resample(Percent(), kinds_of(sums), n_shared=200)
    wide = np.hstack([sums, np.zeros((200, 3_000))])

    assert resample(Percent(), kinds_of(wide), n_shared=200) == at_once
