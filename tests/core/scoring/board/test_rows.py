import numpy as np
import pandas as pd

from evalhub.core.scoring import (
    BoardGroup,
    BoardRow,
    Cluster,
    FitOptions,
    Flag,
    count_judgments,
    find_components,
)
from evalhub.core.scoring.board.rows import board_rows, named_groups
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.counting.counts import half_win_scores
from evalhub.core.scoring.intervals.uncertainty import estimate_uncertainty
from evalhub.core.scoring.part import Part
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from tests.core.scoring.tables import judgments, repeated

LADDER = judgments(
    [("p", "low", "mid", 0.0), ("p", "mid", "high", 0.0), ("p", "aside", "low", 1.0)]
)


def _part(table: pd.DataFrame) -> Part:
    counts = count_judgments(table)
    component = find_components(half_win_scores(counts.table()))[0]
    return Part.of(component, ClusteredCounts(Cluster.PROMPT, (counts,)), FitOptions())


def _rows(table: pd.DataFrame) -> tuple[BoardRow, ...]:
    part = _part(table)
    scores = part.sample.cells.arrows(part.n_models).toarray()
    fit = fit_bradley_terry(scores, ridge=0.0 if part.has_finite_maximum else 0.25)
    spread = estimate_uncertainty(part, fit, level=0.95, rng=np.random.default_rng(0))
    return board_rows(part, fit, spread)


def test_equal_strengths_share_a_rank_and_stand_by_name() -> None:
    pairs = [("b", "a", 0.5), ("a", "c", 1.0), ("b", "c", 1.0), ("c", "a", 1.0), ("c", "b", 1.0)]

    rows = _rows(repeated([*pairs, ("a", "c", 1.0), ("b", "c", 1.0)], 3))

    assert [(row.model, row.rank) for row in rows] == [("a", 1), ("b", 1), ("c", 3)]


def test_without_a_finite_maximum_rows_stand_by_level_and_have_no_rank() -> None:
    rows = _rows(LADDER)

    assert [(row.model, row.level) for row in rows] == [
        ("high", 1),
        ("aside", 1),
        ("mid", 2),
        ("low", 3),
    ]
    assert {row.rank for row in rows} == {None}


def test_a_level_comes_before_a_regularised_strength() -> None:
    # "new" beat only the weakest, once: its shrunk value is modest, but nothing bounds it above.
    pairs = [("a", "b", 1.0)] * 8 + [("b", "a", 1.0)]
    table = pd.concat([repeated(pairs, 4), judgments([("p0", "new", "b", 1.0)])])

    rows = _rows(table)

    assert [row.model for row in rows] == ["new", "a", "b"]
    strength = {row.model: row.strength or 0 for row in rows}
    assert strength["new"] < strength["a"]


def test_groups_carry_the_names_of_their_models() -> None:
    assert named_groups(_part(LADDER)) == (
        BoardGroup(("aside",), 1, Flag.UNBOUNDED_ABOVE),
        BoardGroup(("high",), 1, Flag.UNBOUNDED_ABOVE),
        BoardGroup(("mid",), 2, Flag.UNBOUNDED),
        BoardGroup(("low",), 3, Flag.UNBOUNDED_BELOW),
    )


def test_names_follow_the_component_where_it_is_not_the_first_models() -> None:
    table = judgments([("p", "m1", "m3", 1.0), ("p", "m3", "m5", 1.0), ("p", "m2", "m4", 0.5)])

    assert [group.models for group in named_groups(_part(table))] == [("m1",), ("m3",), ("m5",)]
    assert [row.model for row in _rows(table)] == ["m1", "m3", "m5"]
