import pandas as pd
from hypothesis import given

from evalhub.core.scoring import Cluster, FitOptions, count_judgments, find_components
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.counting.counts import half_win_scores
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
    components = find_components(half_win_scores(counts.table()))
    clustered = ClusteredCounts(Cluster.PROMPT, (counts,))
    return [Part.of(component, clustered, FitOptions()) for component in components]


def test_a_part_holds_the_judgments_of_its_own_models() -> None:
    first, second = _parts(TWO_BOARDS)

    assert first.names == ("b", "y", "z")
    assert (first.sample.n_clusters, first.n_judgments, first.n_ties) == (2, 3, 0)
    assert second.names == ("a", "x")
    assert second.sample.cells.arrows(2).toarray().tolist() == [[0, 1.5], [0.5, 0]]


def test_tallies_count_both_sides() -> None:
    tally = Tally.of(_parts(TWO_BOARDS)[0].sample.cells, 3)

    assert tally.wins.tolist() == [2, 1, 0]
    assert tally.ties.tolist() == [0, 0, 0]
    assert tally.losses.tolist() == [1, 1, 1]
    assert tally.n_judgments.tolist() == [3, 2, 1]


@given(tables(max_models=8, max_rows=15))
def test_parts_share_out_every_judgment(table: pd.DataFrame) -> None:
    parts = _parts(table)

    assert sum(part.n_judgments for part in parts) == len(table)
    for part in parts:
        (view,) = part.sample.views
        assert sum(block.cells.n.sum() for block in view.blocks()) == part.sample.cells.n.sum()


@given(tables())
def test_every_judgment_is_a_win_and_a_loss_or_two_ties(table: pd.DataFrame) -> None:
    counts = count_judgments(table)

    tally = Tally.of(counts.cells(is_graded=False), len(counts.models))

    n_ties = int((table["winner"] == "tie").sum())
    assert tally.ties.sum() == 2 * n_ties
    assert tally.wins.sum() == tally.losses.sum() == len(table) - n_ties
