import numpy as np
import pytest
from scipy.sparse import csr_array

from evalhub.core.scoring.agreement import Cohen, Percent
from evalhub.core.scoring.agreement.resampling import (
    Kinds,
    kinds_of,
    per_block,
    resample,
    sparse_kinds,
)
from evalhub.core.scoring.arrays import FloatArray
from tests.core.scoring.agreement.rated import columns


def test_equal_sums_are_one_kind() -> None:
    kinds = kinds_of(np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]))

    assert kinds.n.tolist() == [1, 2]
    assert kinds.n_drawn == 3
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

    assert (kinds.n_drawn, kinds.totals().tolist()) == (2, [7.0])


def test_sparse_sums_stay_sparse() -> None:
    ratings = columns(*["012", "021", "110"] * 5).comparable()
    sums = Cohen(3).sums(ratings)

    kinds = per_block(sums, ratings.block_of_unit())

    assert kinds.n_drawn == 15
    assert np.array_equal(kinds.totals(), sparse_kinds(sums).totals())


def agreeing(n_pairs: int, seed: int = 0) -> FloatArray:
    """Return the sums of pairs of which about six in ten agree, each row another."""
    rng = np.random.default_rng(seed)
    same = rng.random(n_pairs) < 0.6
    return np.stack([same, np.ones(n_pairs), np.arange(n_pairs)], axis=1).astype(np.float64)


@pytest.mark.parametrize("is_sparse", [True, False])
def test_bundles_give_an_interval_of_the_same_width(*, is_sparse: bool) -> None:
    sums = agreeing(4_000)

    whole = resample(Percent(), kinds_of(sums), n_shared=4_000)
    kinds = sparse_kinds(csr_array(sums), most=500) if is_sparse else kinds_of(sums, most=500)
    bundled = resample(Percent(), kinds, n_shared=4_000)

    assert bundled.method.endswith("2,000 resamples of pairs in 500 bundles")
    assert np.allclose(kinds.totals(), sums.sum(axis=0))
    assert whole.interval is not None
    assert bundled.interval is not None
    width = whole.interval.high - whole.interval.low
    assert bundled.interval.high - bundled.interval.low == pytest.approx(width, rel=0.12)


def test_bundles_do_not_depend_on_the_order_of_pairs() -> None:
    sums = agreeing(2_000)

    first, turned = (
        resample(Percent(), kinds_of(rows, most=100), n_shared=2_000) for rows in (sums, sums[::-1])
    )

    assert first == turned


def test_draws_made_some_at_a_time_are_those_made_at_once() -> None:
    sums = np.array([[1.0, 1.0], [0.0, 1.0]] * 100)

    at_once = resample(Percent(), kinds_of(sums), n_shared=200)
    wide = np.hstack([sums, np.zeros((200, 3_000))])

    assert resample(Percent(), kinds_of(wide), n_shared=200) == at_once
