import numpy as np
import pandas as pd
import pytest

from evalhub.core.scoring import fit
from evalhub.core.scoring.intervals.bootstrap import Bootstrap, bootstrap
from evalhub.errors import BadInput, EstimationError, TooFewClusters
from tests.core.scoring.tables import judgments, only, repeated, simulated

STRENGTHS = {"a": 0.8, "b": 0.2, "c": -0.3, "d": -0.7}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return simulated(STRENGTHS, n_prompts=60, n_per_prompt=15)


def _spread(check: Bootstrap) -> dict[str, float]:
    return {row.model: row.se for row in check.rows}


@pytest.mark.parametrize("ties", ["half", "rao-kupper", "davidson"])
def test_the_rounds_agree_with_the_sandwich(table: pd.DataFrame, ties: str) -> None:
    (check,) = bootstrap(table, ties=ties, n_rounds=400)

    board = only(fit(table, ties=ties))
    assert check.n_failed == 0
    assert [row.model for row in check.rows] == [row.model for row in board.rows]
    assert _spread(check) == pytest.approx({row.model: row.se for row in board.rows}, rel=0.15)
    for row, expected in zip(check.rows, board.rows, strict=True):
        assert row.strength == expected.strength
        assert row.interval.low < row.strength < row.interval.high


def test_copies_on_the_same_prompts_narrow_nothing(table: pd.DataFrame) -> None:
    once, twice = (bootstrap(one, n_rounds=50)[0] for one in (table, pd.concat([table, table])))

    assert _spread(twice) == pytest.approx(_spread(once))


def test_one_seed_gives_one_check(table: pd.DataFrame) -> None:
    one, other, third = (bootstrap(table, n_rounds=20, seed=seed) for seed in (1, 1, 2))

    assert one == other
    assert one != third


def test_draws_without_a_maximum_are_counted(table: pd.DataFrame) -> None:
    # The new model won on 40 prompts and lost on five: a draw misses all five in 1 of 200.
    won = [(f"p{i:03d}", "new", "a", 1.0) for i in range(40)]
    lost = [(f"p{i:03d}", "new", "a", 0.0) for i in range(5)]

    (check,) = bootstrap(pd.concat([table, judgments(won + lost)]), n_rounds=400, seed=3)

    assert 0 < check.n_failed < 20
    assert len(check.rows) == 5


def test_too_many_such_draws_give_no_check(table: pd.DataFrame) -> None:
    rare = [("p001", "new", "a", 1.0), ("p002", "new", "a", 0.0)]

    with pytest.raises(EstimationError, match="of 100 draws of prompts leave no finite maximum"):
        bootstrap(pd.concat([table, judgments(rare)]), n_rounds=100)


def test_few_clusters_give_no_check() -> None:
    with pytest.raises(TooFewClusters, match="at least 5 clusters; there are 4"):
        bootstrap(repeated([("a", "b", 1.0), ("b", "a", 1.0)], 4))


@pytest.mark.parametrize("cluster", ["both", "none"])
def test_only_whole_clusters_are_drawn(table: pd.DataFrame, cluster: str) -> None:
    with pytest.raises(BadInput, match="the bootstrap draws prompts or annotators"):
        bootstrap(table.assign(annotator_id="e"), cluster=cluster)


def test_boards_without_a_maximum_have_none(table: pd.DataFrame) -> None:
    aside = judgments([("p001", "x", "y", 1.0)])

    (check,) = bootstrap(pd.concat([table, aside]), n_rounds=20)

    assert {row.model for row in check.rows} == set(STRENGTHS)
    assert np.isfinite([row.se for row in check.rows]).all()
