import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from evalhub.core.scoring.arrays import BoolArray
from evalhub.core.scoring.selection.connecting import component_labels, random_ring
from evalhub.core.scoring.selection.lots import ModelPairs
from tests.core.scoring.selection.worlds import rng


def _n_parts(labels: list[int], pairs: ModelPairs, marked: BoolArray) -> int:
    """Return how many components remain once the marked pairs are judged."""
    n = len(labels)
    links = np.equal.outer(labels, labels).astype(int)
    links[pairs.first[marked], pairs.second[marked]] = 1
    return int(connected_components(csr_array(links[:n, :n]), directed=False)[0])


@given(st.lists(st.integers(0, 5), min_size=2, max_size=10), st.integers(0, 2**31))
def test_a_ring_connects_everything(labels: list[int], seed: int) -> None:
    pairs = ModelPairs.every(len(labels))

    marked = random_ring(np.array(labels), pairs, rng=rng(seed))

    assert _n_parts(labels, pairs, marked) == 1
    n_components = len(set(labels))
    steps = {1: 0, 2: 1}.get(n_components, n_components)
    assert marked.sum() == steps


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=12),
    st.integers(0, 2**31),
)
def test_all_that_can_be_connected_is(drawn: list[tuple[int, int]], seed: int) -> None:
    possible = [pair for pair in drawn if pair[0] != pair[1]] or [(0, 1)]
    pairs, labels = ModelPairs.of(8, possible), list(range(8))

    marked = random_ring(np.array(labels), pairs, rng=rng(seed))

    everything = np.ones(len(pairs), dtype=np.bool_)
    assert _n_parts(labels, pairs, marked) == _n_parts(labels, pairs, everything)


def test_from_nothing_every_model_is_asked_twice() -> None:
    pairs = ModelPairs.every(6)

    marked = random_ring(np.arange(6), pairs, rng=rng())

    asked = np.concatenate([pairs.first[marked], pairs.second[marked]])
    assert np.bincount(asked).tolist() == [2] * 6


def test_connected_models_have_no_ring() -> None:
    assert not random_ring(np.zeros(4, dtype=np.int64), ModelPairs.every(4), rng=rng()).any()


def test_rings_differ_with_the_seed() -> None:
    pairs = ModelPairs.every(8)

    rings = {random_ring(np.arange(8), pairs, rng=rng(seed)).tobytes() for seed in range(5)}

    assert len(rings) > 1


def test_labels_follow_wins_ties_and_chains() -> None:
    scores = np.zeros((5, 5))
    scores[0, 1] = 1.0
    scores[2, 1] = 0.5
    scores[3, 4] = 2.0

    labels = component_labels(scores)

    assert labels[0] == labels[1] == labels[2]
    assert labels[3] == labels[4] != labels[0]


def test_no_judgment_leaves_every_model_alone() -> None:
    assert len(set(component_labels(np.zeros((3, 3))).tolist())) == pytest.approx(3)
