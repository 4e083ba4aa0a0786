import numpy as np
import pandas as pd
from hypothesis import given

from evalhub.core.scoring import count_judgments, find_components
from evalhub.core.scoring.counts import half_win_scores
from evalhub.core.scoring.part import Part, Tally
from tests.core.scoring.tables import judgments, tables

TWO_BOARDS = judgments(
    [
        ("p1", "a", "x", 1.0),
        ("p1", "x", "a", 0.5),
        ("p2", "b", "y", 0.0),
        ("p3", "y", "b", 0.0),
        ("p3", "b", "z", 1.0),
    ]
)


def _parts(table: pd.DataFrame) -> list[Part]:
    counts = count_judgments(table)
    all_counts = counts.table()
    components = find_components(half_win_scores(all_counts))
    return [Part.of(component, counts, all_counts) for component in components]


def test_a_part_holds_the_judgments_of_its_own_models() -> None:
    first, second = _parts(TWO_BOARDS)

    assert first.counts.models == ("b", "y", "z")
    assert first.counts.clusters == ("p2", "p3")
    assert first.counts.n_judgments == 3
    assert second.counts.models == ("a", "x")
    assert second.scores.tolist() == [[0, 1.5], [0.5, 0]]


def test_the_table_of_a_part_is_that_of_its_counts() -> None:
    for part in _parts(TWO_BOARDS):
        np.testing.assert_array_equal(part.table, part.counts.table())


def test_tallies_count_both_sides() -> None:
    tally = Tally.of(_parts(TWO_BOARDS)[0].table)

    assert tally.wins.tolist() == [2, 1, 0]
    assert tally.ties.tolist() == [0, 0, 0]
    assert tally.losses.tolist() == [1, 1, 1]
    assert tally.n_judgments.tolist() == [3, 2, 1]


@given(tables(max_models=8, max_rows=15))
def test_parts_share_out_every_judgment(table: pd.DataFrame) -> None:
    parts = _parts(table)

    assert sum(part.counts.n_judgments for part in parts) == len(table)
    for part in parts:
        np.testing.assert_array_equal(part.table, part.counts.table())
        np.testing.assert_array_equal(part.scores, half_win_scores(part.table))


@given(tables())
def test_every_judgment_is_a_win_and_a_loss_or_two_ties(table: pd.DataFrame) -> None:
    tally = Tally.of(count_judgments(table).table())

    n_ties = int((table["score_left"] == 0.5).sum())
    assert tally.ties.sum() == 2 * n_ties
    assert tally.wins.sum() == tally.losses.sum() == len(table) - n_ties
