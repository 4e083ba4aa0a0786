from math import sqrt

import numpy as np
import pytest
from scipy.stats import t as student_t

from evalhub.core.scoring import Board, count_judgments, fit
from evalhub.core.scoring.counting.counts import half_win_scores
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.intervals.covariance import clustered_covariance
from evalhub.core.scoring.intervals.differences import MAX_PAIRWISE
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from tests.core.scoring.tables import judgments, only, repeated, row_of, simulated

STRENGTHS = {"a": 0.8, "b": 0.2, "c": -0.3, "d": -0.7}


@pytest.fixture(scope="module")
def board() -> Board:
    return only(fit(simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)))


def test_every_pair_of_a_small_board_is_given_the_stronger_first(board: Board) -> None:
    pairs = [(one.first, one.second) for one in board.differences]

    assert pairs == [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    for one in board.differences:
        first, second = (row_of(board, name).strength for name in (one.first, one.second))
        assert first is not None
        assert second is not None
        assert one.difference == first - second >= 0


def test_the_error_of_a_difference_comes_from_the_covariance(board: Board) -> None:
    counts = count_judgments(simulated(STRENGTHS, n_prompts=30, n_per_prompt=20))
    sample = Sample.of(Cluster.PROMPT, (counts,), is_graded=False)
    found = fit_bradley_terry(half_win_scores(counts.table()))

    v = clustered_covariance(sample, found).covariance

    one = board.differences[1]
    assert one.se == pytest.approx(sqrt(v[0, 0] + v[2, 2] - 2 * v[0, 2]))
    reach = student_t.ppf(0.975, 29) * one.se
    assert one.interval.high == pytest.approx(one.difference + reach)


def test_a_difference_may_be_sure_although_the_intervals_overlap(board: Board) -> None:
    one = next(one for one in board.differences if (one.first, one.second) == ("b", "d"))
    upper, lower = row_of(board, "b").interval, row_of(board, "d").interval

    assert upper is not None
    assert lower is not None
    # What decides is the interval of the difference, never whether the two overlap.
    assert (one.interval.low > 0) == (one.difference > student_t.ppf(0.975, 29) * one.se)


def test_all_pairs_together_ask_for_more(board: Board) -> None:
    assert board.rank_quantile is not None
    for one in board.differences:
        assert one.is_certain == (one.difference > board.rank_quantile * one.se)
        assert not (one.is_certain and one.interval.low < 0)


def test_a_large_board_gives_its_neighbours() -> None:
    many = {f"m{i:02d}": i / 10 for i in range(MAX_PAIRWISE + 1)}

    board = only(fit(simulated(many, n_prompts=40, n_per_prompt=60)))

    names = [row.model for row in board.rows]
    assert [one.first for one in board.differences] == names[:-1]
    assert [one.second for one in board.differences] == names[1:]
    assert board.neighbours == board.differences


def test_neighbours_are_those_next_to_each_other(board: Board) -> None:
    pairs = [(one.first, one.second) for one in board.neighbours]

    assert pairs == [("a", "b"), ("b", "c"), ("c", "d")]


def test_without_intervals_there_is_no_difference() -> None:
    assert only(fit(repeated([("a", "b", 1.0), ("b", "a", 1.0)], 3))).differences == ()


def test_two_way_errors_are_the_sum_less_the_overlap() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    rng = np.random.default_rng(4)
    table["annotator_id"] = [f"e{i}" for i in rng.integers(0, 15, len(table))]
    joint = table["prompt_id"] + "/" + table["annotator_id"]

    both = only(fit(table, cluster="both"))
    parts = (
        only(fit(table)),
        only(fit(table, cluster="annotator")),
        only(fit(table.assign(prompt_id=joint))),
    )

    for i, row in enumerate(both.rows):
        prompt, annotator, pair = ((part.rows[i].se or 0) ** 2 for part in parts)
        assert row.se == pytest.approx(sqrt(prompt + annotator - pair), rel=1e-9)
    assert both.n_clusters == 15


def test_models_that_never_come_apart_within_a_prompt_have_no_difference() -> None:
    rows = []
    for number in range(12):
        score = float(number % 3 > 0)
        rows += [(f"p{number}", *sides, 1.0) for sides in (("a", "b"), ("b", "a"))]
        rows += [(f"p{number}", "c", other, score) for other in ("a", "b")]

    found = only(fit(judgments(rows))).differences

    assert [{one.first, one.second} for one in found] == [{"a", "c"}, {"b", "c"}]
