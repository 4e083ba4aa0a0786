from math import exp, isfinite, log
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring import (
    Board,
    Boards,
    Flag,
    Interval,
    RankInterval,
    as_elo,
    count_judgments,
    fit,
    fit_counts,
)
from evalhub.errors import BadInput
from tests.core.scoring.tables import (
    connected_tables,
    judgments,
    only,
    repeated,
    row_of,
    simulated,
    strengths_of,
    tables,
)

STRENGTHS = {"a": 0.8, "b": 0.2, "c": -0.3, "d": -0.7}
METHOD = "Bradley-Terry, ties as half wins; prompt-clustered sandwich, t(G-1), 95 %"


@pytest.fixture(scope="module")
def boards() -> Boards:
    return fit(simulated(STRENGTHS, n_prompts=30, n_per_prompt=20))


def test_a_board_names_its_method_and_its_numbers(boards: Boards) -> None:
    board = only(boards)

    assert boards.method == board.method == METHOD
    assert (boards.n_judgments, boards.n_prompts, boards.n_models) == (600, 30, 4)
    assert (board.n_judgments, board.n_clusters, board.n_models) == (600, 30, 4)
    assert boards.n_ties == board.n_ties == sum(row.ties for row in board.rows) // 2
    assert boards.log_likelihood == board.log_likelihood < 0
    assert board.rank_method == "simultaneous over all pairs, max-t, 2000 draws"
    assert boards.warnings == board.warnings == ()


def test_rows_are_ordered_and_ranked_by_strength(boards: Boards) -> None:
    rows = only(boards).rows

    assert [row.model for row in rows] == ["a", "b", "c", "d"]
    assert [row.rank for row in rows] == [1, 2, 3, 4]
    assert sum(row.strength or 0 for row in rows) == pytest.approx(0, abs=1e-12)


def test_intervals_hold_the_strength_and_are_never_empty(boards: Boards) -> None:
    for row in only(boards).rows:
        assert row.interval is not None
        assert row.strength is not None
        assert row.interval.low < row.strength < row.interval.high
        assert row.interval_reason is None
        assert row.rank_interval is not None
        assert row.rank is not None
        assert row.rank_interval.best <= row.rank <= row.rank_interval.worst


def test_elo_is_a_thousand_at_the_mean_and_four_hundred_a_factor_of_ten(boards: Boards) -> None:
    row = row_of(only(boards), "a")

    assert as_elo(0) == 1000
    assert as_elo(log(10)) == pytest.approx(1400)
    assert row.strength is not None
    assert row.elo == as_elo(row.strength)
    assert Interval(0, row.strength).as_elo() == Interval(1000, as_elo(row.strength))


def test_wins_ties_and_losses_are_counted_from_both_sides() -> None:
    rows = [("p", "a", "b", 1.0), ("p", "b", "a", 1.0), ("p", "b", "a", 0.5), ("p", "b", "a", 0.0)]

    row = row_of(only(fit(judgments(rows))), "a")

    assert (row.wins, row.ties, row.losses, row.n_judgments) == (2, 1, 1, 4)


def test_the_left_share_is_that_of_decisive_judgments() -> None:
    rows = [("p", "a", "b", 1.0), ("p", "b", "a", 1.0), ("p", "b", "a", 0.5), ("p", "b", "a", 0.0)]

    position = fit(judgments(rows)).position

    assert (position.left_wins, position.n_decisive) == (2, 3)
    assert position.left_share == pytest.approx(2 / 3)


def test_no_judgments_give_no_board_and_say_so() -> None:
    boards = fit(judgments([]))

    assert boards.boards == ()
    assert boards.position.left_share is None
    assert boards.warnings == ("There are no judgments yet.",)


def test_a_model_never_compared_has_no_strength() -> None:
    boards = fit(judgments([]), models=["alone"])

    row = row_of(only(boards), "alone")
    assert (row.strength, row.elo, row.interval, row.rank) == (None, None, None, None)
    assert row.flag is Flag.NOT_COMPARED
    assert row.interval_reason == "No judgment compares this model with another."


def test_one_win_orders_two_models_without_measuring_them() -> None:
    board = only(fit(judgments([("p", "worse", "better", 0.0)])))

    better, worse = board.rows
    assert (better.model, better.flag) == ("better", Flag.UNBOUNDED_ABOVE)
    assert (worse.model, worse.flag) == ("worse", Flag.UNBOUNDED_BELOW)
    assert better.interval is worse.interval is None
    assert board.method == "Bradley-Terry, ties as half wins, ridge 0.25; no interval"
    (warning,) = board.warnings
    assert warning == (
        "There is no finite maximum of the likelihood (better (unbounded above), "
        "worse (unbounded below)): the strengths are regularised (ridge 0.25) and have no "
        "interval."
    )


def test_one_tie_is_a_board_without_interval() -> None:
    board = only(fit(judgments([("p", "a", "b", 0.5)])))

    assert strengths_of(board) == {"a": 0.0, "b": 0.0}
    assert [row.rank for row in board.rows] == [1, 1]
    assert board.method == "Bradley-Terry, ties as half wins; no interval"
    assert board.warnings == ("No intervals. An interval needs at least 5 clusters; there are 1.",)


def test_only_ties_are_equal_strengths_without_a_width() -> None:
    board = only(fit(repeated([("a", "b", 0.5), ("b", "c", 0.5)], 20)))

    assert [row.strength for row in board.rows] == [0, 0, 0]
    assert [row.interval for row in board.rows] == [None, None, None]
    assert board.rank_method is None
    assert board.rows[0].interval_reason == (
        "Its judgments balance out within every prompt, which leaves nothing to measure."
    )


@pytest.mark.parametrize(("n_prompts", "has_intervals"), [(4, False), (5, True)])
def test_intervals_begin_at_five_prompts(n_prompts: int, has_intervals: bool) -> None:
    board = only(fit(simulated(STRENGTHS, n_prompts=n_prompts, n_per_prompt=60)))

    assert board.has_finite_maximum
    assert all((row.interval is not None) == has_intervals for row in board.rows)
    assert all((row.interval_reason is None) == has_intervals for row in board.rows)


@pytest.mark.parametrize(("n_prompts", "warns"), [(14, True), (15, False)])
def test_under_fifteen_prompts_the_board_warns(n_prompts: int, warns: bool) -> None:
    board = only(fit(simulated(STRENGTHS, n_prompts=n_prompts, n_per_prompt=60)))

    assert any("The intervals rest on 14 prompts" in text for text in board.warnings) == warns


def test_an_undefeated_model_leads_with_a_flag_and_no_interval() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    wins = [("p000", "winner", "d", 1.0)]

    board = only(fit(pd.concat([table, judgments(wins)])))

    top = board.rows[0]
    assert (top.model, top.flag, top.level) == ("winner", Flag.UNBOUNDED_ABOVE, 1)
    assert [row.flag for row in board.rows[1:]] == [Flag.REGULARISED] * 4
    assert all(row.interval is None and row.rank_interval is None for row in board.rows)
    assert all(row.rank is None for row in board.rows)
    assert board.ridge == 0.25
    assert [group.models for group in board.groups] == [("winner",), ("a", "b", "c", "d")]


@pytest.mark.parametrize("n", range(5, 45, 5))
def test_a_regularised_strength_stands_where_pull_and_ridge_are_even(n: int) -> None:
    """The ridge alone holds the model, and weakly: a loose search ends far from the place."""
    board = only(fit(judgments([(f"p{row}", "winner", "loser", 1.0) for row in range(n)])))

    top = row_of(board, "winner").strength
    assert top is not None
    assert n / (1 + exp(2 * top)) == pytest.approx(0.25 * top, abs=1e-11 * n)


def test_a_winless_model_comes_last_with_a_flag() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)

    board = only(fit(pd.concat([table, judgments([("p000", "loser", "a", 0.0)])])))

    assert (board.rows[-1].model, board.rows[-1].flag) == ("loser", Flag.UNBOUNDED_BELOW)


def test_models_never_compared_stand_on_boards_of_their_own() -> None:
    one = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    other = simulated({"x": 0.5, "y": -0.5}, n_prompts=20, n_per_prompt=10)

    boards = fit(pd.concat([one, other]))

    first, second = boards.boards
    assert first == only(fit(one))
    assert second == only(fit(other))
    assert boards.log_likelihood == first.log_likelihood + second.log_likelihood
    (warning,) = boards.warnings
    assert warning == (
        "The models fall into 2 boards that no comparison links; strengths on different boards "
        "cannot be compared."
    )


def test_a_model_seen_on_few_prompts_keeps_its_strength_without_interval() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    new = [("p000", "new", "a", score) for score in (1.0, 0.0, 0.5)]

    board = only(fit(pd.concat([table, judgments(new)])))

    row = row_of(board, "new")
    assert (row.interval, row.rank_interval) == (None, None)
    assert row.strength is not None
    assert row.interval_reason == "Prompts judged: 1; an interval needs at least 5."
    assert board.warnings == ("No interval for new: " + row.interval_reason,)
    assert row_of(board, "a").interval is not None


def test_a_clear_order_gives_narrow_rank_intervals() -> None:
    far = {"a": 2.0, "b": 0.0, "c": -2.0}

    board = only(fit(simulated(far, n_prompts=60, n_per_prompt=20)))

    assert [row.rank_interval for row in board.rows] == [
        RankInterval(1, 1),
        RankInterval(2, 2),
        RankInterval(3, 3),
    ]


def test_a_lower_level_gives_narrower_intervals_and_is_named(boards: Boards) -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)

    loose = fit(table, level=0.8)

    wide, narrow = row_of(only(boards), "a").interval, row_of(only(loose), "a").interval
    assert wide is not None
    assert narrow is not None
    assert wide.low < narrow.low < narrow.high < wide.high
    assert loose.method.endswith("t(G-1), 80 %")


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(BadInput, match=r"level: .* is not between 0 and 1"):
        fit(judgments([]), level=level)


def test_a_self_comparison_is_refused() -> None:
    with pytest.raises(BadInput, match="'a' is compared with itself"):
        fit(judgments([("p", "a", "a", 1.0)]))


def test_counts_kept_as_judgments_arrive_give_the_same_boards() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    counts = count_judgments(table.iloc[:100])

    for start in range(100, 600, 100):
        counts = counts.add(table.iloc[start : start + 100])

    assert fit_counts(counts) == fit(table)


def test_the_seed_moves_only_the_rank_quantile() -> None:
    table = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)

    one, other = only(fit(table, seed=1)), only(fit(table, seed=2))

    assert one.rank_quantile == pytest.approx(other.rank_quantile, abs=0.2)
    assert one.rank_quantile != other.rank_quantile
    assert [row.interval for row in one.rows] == [row.interval for row in other.rows]


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(table: pd.DataFrame, random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)

    assert fit(table.iloc[order]) == fit(table)


@given(connected_tables())
def test_swapping_all_sides_keeps_strengths_and_errors(table: pd.DataFrame) -> None:
    swapped = table.rename(columns={"left": "right", "right": "left"})
    swapped["winner"] = swapped["winner"].replace({"left": "right", "right": "left"})

    one, other = only(fit(table)), only(fit(swapped))

    assert strengths_of(other) == pytest.approx(strengths_of(one), abs=1e-9)
    _assert_same_errors({row.model: row.se for row in one.rows}, other)


@given(connected_tables())
def test_renaming_models_only_renames_them(table: pd.DataFrame) -> None:
    new_name = {f"m{i}": f"z{9 - i}" for i in range(5)}
    renamed = table.replace({"left": new_name, "right": new_name})

    one, other = only(fit(table)), only(fit(renamed))

    expected = {new_name[model]: strength for model, strength in strengths_of(one).items()}
    assert strengths_of(other) == pytest.approx(expected, abs=1e-9)
    _assert_same_errors({new_name[row.model]: row.se for row in one.rows}, other)


def _assert_same_errors(expected: dict[str, float | None], board: Board) -> None:
    """Assert equal standard errors; tables at the edge of no variation may differ in None."""
    for row in board.rows:
        if row.se is not None and expected[row.model] is not None:
            assert row.se == pytest.approx(expected[row.model], rel=1e-6, abs=1e-9)


@given(connected_tables())
def test_doubled_judgments_keep_the_strengths(table: pd.DataFrame) -> None:
    one, other = only(fit(table)), only(fit(pd.concat([table, table])))

    assert strengths_of(other) == pytest.approx(strengths_of(one), abs=1e-9)


@given(tables(max_models=7, max_rows=15))
def test_whatever_the_judgments_no_number_is_a_lie(table: pd.DataFrame) -> None:
    boards = fit(table)

    for board in boards.boards:
        assert isfinite(board.log_likelihood)
        for row in board.rows:
            assert row.strength is None or isfinite(row.strength)
            assert (row.interval is None) == (row.interval_reason is not None)
            assert (row.se is None) == (row.interval is None)
            assert row.interval is None or row.interval.low < row.interval.high
            assert row.interval is None or row.flag is None
