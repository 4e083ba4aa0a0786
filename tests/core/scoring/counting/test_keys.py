import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring.arrays import BLOCK
from evalhub.core.scoring.counting.keys import KeyLayout, run_lengths


@pytest.mark.parametrize("is_graded", [False, True], ids=["plain", "graded"])
@pytest.mark.parametrize(
    ("n_clusters", "n_models"), [(1, 1), (5, 3), (1_000, 100), (70_000, 9_000)]
)
def test_what_is_packed_comes_out_again(n_clusters: int, n_models: int, *, is_graded: bool) -> None:
    layout = KeyLayout.of(n_clusters, n_models, is_graded=is_graded)
    rng = np.random.default_rng(1)
    limits = (n_clusters, n_models, n_models, 9 if is_graded else 3)
    # The ends come first: an overflow shows there.
    columns = [np.append([0, limit - 1], rng.integers(0, limit, 50)) for limit in limits]
    narrow = [
        column.astype(np.min_scalar_type(-limit))
        for column, limit in zip(columns, limits, strict=True)
    ]

    keys = layout.packed(*narrow).astype(layout.dtype)

    parts = (layout.cluster, layout.left, layout.right, layout.outcome)
    for part, column in zip(parts, columns, strict=True):
        assert part(keys).tolist() == column.tolist()


def test_a_comparison_is_a_key_without_its_cluster() -> None:
    layout = KeyLayout.of(1_000, 100, is_graded=True)
    left, right, outcome = np.array([0, 99, 41]), np.array([1, 98, 7]), np.array([0, 8, 2])
    keys = layout.packed(np.array([0, 999, 512]), left, right, outcome).astype(layout.dtype)

    numbers = layout.comparison(keys)

    assert numbers.tolist() == layout.comparisons_of(left, right, outcome).tolist()
    assert numbers.max() < layout.n_comparisons
    assert layout.left(numbers).tolist() == left.tolist()
    assert layout.right(numbers).tolist() == right.tolist()
    assert layout.outcome(numbers).tolist() == outcome.tolist()


def test_keys_are_ordered_by_cluster_then_models_then_outcome() -> None:
    layout = KeyLayout.of(4, 5, is_graded=False)
    rows = [(c, a, b, o) for c in range(4) for a in range(5) for b in range(5) for o in range(3)]

    keys = layout.packed(*np.array(rows).T)

    assert (np.diff(keys) > 0).all()


def test_keys_of_a_hundred_models_and_a_thousand_prompts_are_short() -> None:
    assert KeyLayout.of(1_000, 100, is_graded=False).dtype == np.int32
    assert KeyLayout.of(1_000_000, 2_000, is_graded=False).dtype == np.int64


@given(st.lists(st.integers(1, 4), max_size=30))
def test_runs_have_their_lengths(lengths: list[int]) -> None:
    starts = np.cumsum([0, *lengths])[:-1]
    is_first = np.zeros(sum(lengths), dtype=np.bool_)
    is_first[starts.astype(np.int64)] = True

    assert run_lengths(is_first).tolist() == lengths


def test_a_run_goes_on_through_whole_blocks() -> None:
    is_first = np.zeros(3 * BLOCK + 7, dtype=np.bool_)
    is_first[[0, 5, 2 * BLOCK, 2 * BLOCK + 1]] = True

    assert run_lengths(is_first).tolist() == [5, 2 * BLOCK - 5, 1, BLOCK + 6]
