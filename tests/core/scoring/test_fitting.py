"""Check the way in: options, columns and input that breaks a rule."""

import subprocess
import sys
from itertools import product
from math import isfinite

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring import Board, Cluster, Flag, PositionTerm, Ties, boards_to_json, fit
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
EVERY_WAY = list(product(Ties, Cluster, PositionTerm))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    drawn = simulated(STRENGTHS, n_prompts=30, n_per_prompt=20)
    rng = np.random.default_rng(1)
    return drawn.assign(annotator_id=[f"e{i}" for i in rng.integers(0, 12, len(drawn))])


@pytest.mark.parametrize(("ties", "cluster", "position"), EVERY_WAY)
def test_every_way_names_itself_and_gives_intervals(
    table: pd.DataFrame, ties: Ties, cluster: Cluster, position: PositionTerm
) -> None:
    boards = fit(table, ties=ties, cluster=cluster, position=position)

    board = only(boards)
    assert boards.method == board.method
    assert len(board.method) <= 200
    assert board.cluster is cluster
    assert (board.position is None) == (position is PositionTerm.OFF)
    assert (board.ties is None) == (ties is Ties.HALF)
    for row in board.rows:
        assert row.interval is not None
        assert row.strength is not None
        assert row.interval.low < row.strength < row.interval.high


def test_options_may_be_words(table: pd.DataFrame) -> None:
    assert fit(table, ties="davidson", cluster="both", position="adjust") == fit(
        table, ties=Ties.DAVIDSON, cluster=Cluster.BOTH, position=PositionTerm.ADJUST
    )


@pytest.mark.parametrize("option", ["ties", "cluster", "position"])
def test_an_unknown_word_is_refused_with_those_that_are_known(
    table: pd.DataFrame, option: str
) -> None:
    with pytest.raises(BadInput, match=f"^{option}: 'nothing' is not one of "):
        fit(table, **{option: "nothing"})  # type: ignore[arg-type]  # the name is drawn


def test_both_names_of_the_columns_give_the_same_boards(table: pd.DataFrame) -> None:
    by_model = table.rename(columns={"left": "model_a", "right": "model_b"})
    by_model["winner"] = by_model["winner"].replace({"left": "model_a", "right": "model_b"})

    assert fit(by_model) == fit(table)


def test_a_row_with_a_count_is_so_many_rows(table: pd.DataFrame) -> None:
    counted = table.groupby(list(table.columns), as_index=False).size()

    assert fit(counted.rename(columns={"size": "count"})) == fit(table)


def test_a_row_that_counts_nothing_adds_its_models_and_no_judgment() -> None:
    nothing = judgments([("p9", "x", "y", 1.0)]).assign(count=0)

    boards = fit(nothing)

    assert boards.n_judgments == 0
    assert [board.rows[0].flag for board in boards.boards] == [Flag.NOT_COMPARED] * 2


def test_the_side_decides_what_is_left(table: pd.DataFrame) -> None:
    turned = table.rename(columns={"left": "model_b", "right": "model_a"}).assign(side="right")
    turned["winner"] = turned["winner"].replace({"left": "model_b", "right": "model_a"})

    assert fit(turned) == fit(table)


def test_without_a_column_intervals_are_per_judgment_and_say_so(table: pd.DataFrame) -> None:
    bare = table.drop(columns=["prompt_id", "annotator_id"])

    boards = fit(bare, cluster="both")

    assert boards.method.endswith("sandwich per judgment (none clustered), t(n-1), 95 %")
    (warning,) = boards.warnings
    assert warning == (
        "There is no column prompt_id and annotator_id: intervals are per judgment, as if all "
        "were independent."
    )
    assert only(boards).rows == only(fit(table, cluster="none")).rows


def test_both_ways_with_one_column_is_that_one(table: pd.DataFrame) -> None:
    boards = fit(table.drop(columns="prompt_id"), cluster="both")

    assert only(boards).cluster is Cluster.ANNOTATOR
    assert boards.warnings == (
        "There is no column prompt_id: intervals are clustered by annotator.",
    )
    assert boards.n_prompts is None


def test_graded_preferences_give_thresholds(table: pd.DataFrame) -> None:
    rng = np.random.default_rng(2)
    sign = table["winner"].map({"left": -1, "tie": 0, "right": 1})
    graded = table.assign(preference=sign * rng.integers(1, 4, len(table)))

    board = only(fit(graded, ties="rao-kupper"))

    assert board.ties is not None
    first, second, third = board.ties.thresholds
    assert 0 < first < second < third
    assert board.ties.value == pytest.approx(np.exp(first))
    assert board.method.startswith("Rao-Kupper with 3 graded thresholds")
    assert only(fit(graded)).rows == only(fit(table)).rows


def test_a_grade_of_one_kind_is_no_grade(table: pd.DataFrame) -> None:
    sign = table["winner"].map({"left": -1, "tie": 0, "right": 1})

    board = only(fit(table.assign(preference=sign * 2), ties="rao-kupper"))

    assert strengths_of(board) == strengths_of(only(fit(table, ties="rao-kupper")))


# Bad input, and input that looks bad and is not.


def test_one_model_is_listed_without_a_number() -> None:
    row = row_of(only(fit(judgments([]), models=["alone"])), "alone")

    assert (row.strength, row.flag) == (None, Flag.NOT_COMPARED)


@pytest.mark.parametrize(("ties", "cluster"), list(product(Ties, Cluster)))
def test_only_ties_are_equal_strengths_without_interval(ties: Ties, cluster: Cluster) -> None:
    table = repeated([("a", "b", 0.5), ("b", "c", 0.5), ("c", "a", 0.5)], 20)

    board = only(fit(table.assign(annotator_id=table["prompt_id"]), ties=ties, cluster=cluster))

    assert strengths_of(board) == {"a": 0, "b": 0, "c": 0}
    assert not board.has_intervals
    assert any("is a tie" in warning for warning in board.warnings) == (ties is not Ties.HALF)


@pytest.mark.parametrize(("ties", "value"), [("rao-kupper", 1.0), ("davidson", 0.0)])
def test_without_ties_the_parameter_stands_at_its_bound(ties: str, value: float) -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=20)
    decisive = table[table["winner"] != "tie"]

    board = only(fit(decisive, ties=ties))

    assert board.ties is not None
    assert board.ties.value == value
    assert "Nobody tied, so the tie parameter stands at its bound." in board.warnings
    assert strengths_of(board) == pytest.approx(strengths_of(only(fit(decisive))), abs=1e-8)


def test_a_tie_parameter_without_a_maximum_takes_the_intervals_away() -> None:
    table = repeated([("a", "b", 1.0), ("a", "b", 0.5)], 20)

    board = only(fit(table, ties="rao-kupper"))

    assert not board.has_finite_maximum
    assert [row.flag for row in board.rows] == [Flag.REGULARISED] * 2
    assert board.warnings[0].startswith("The tie parameter has no finite maximum")
    assert only(fit(table)).has_finite_maximum


def test_a_million_judgments_of_one_pair_are_one_count() -> None:
    n = 1_000_000
    table = pd.DataFrame(
        {
            "left": ["a"] * n,
            "right": ["b"] * n,
            "winner": np.where(np.arange(n) % 4 < 3, "left", "right"),
        }
    )

    board = only(fit(table))

    assert row_of(board, "a").strength == pytest.approx(np.log(3) / 2, abs=1e-9)
    assert row_of(board, "a").n_judgments == n


def test_ten_thousand_models_have_strengths_and_a_reason_for_no_intervals() -> None:
    n_models, n = 10_000, 100_000
    rng = np.random.default_rng(3)
    left = np.concatenate([np.arange(n_models), rng.integers(0, n_models, n)])
    right = (
        left + np.concatenate([np.ones(n_models, int), rng.integers(1, n_models, n)])
    ) % n_models
    won = rng.random(len(left)) < 1 / (1 + np.exp((left - right) / n_models))
    names = np.array([f"m{i:05d}" for i in range(n_models)])
    winner = np.where(rng.random(len(left)) < 0.2, "tie", np.where(won, "left", "right"))

    board = only(fit(pd.DataFrame({"left": names[left], "right": names[right], "winner": winner})))

    assert board.n_models == n_models
    assert board.rows[0].interval_reason == (
        "Intervals are given for up to 3,000 models; there are 10,000."
    )
    assert all(row.strength is not None and isfinite(row.strength) for row in board.rows)


def test_a_board_of_more_models_than_are_factored_whole_has_intervals() -> None:
    many = {f"m{i:03d}": i / 300 for i in range(510)}
    ring = [
        (f"p{i % 9}", f"m{i:03d}", f"m{(i + 1) % 510:03d}", s) for i in range(510) for s in (1, 0)
    ]
    table = pd.concat([judgments(ring), simulated(many, n_prompts=9, n_per_prompt=400)])

    board = only(fit(table))

    assert board.has_finite_maximum
    assert sum(row.interval is not None for row in board.rows) > 100
    assert board.position is not None
    assert board.position.interval is not None


def test_sides_that_go_with_models_are_said_to() -> None:
    table = repeated([("a", "b", 1.0), ("a", "b", 0.0), ("a", "b", 0.5)], 20)

    reported, adjusted = only(fit(table)), only(fit(table, position="adjust"))

    assert reported.position is not None
    assert reported.position.value is None
    assert reported.position.reason == (
        "Sides and models go together, so the effect of position cannot be told apart."
    )
    assert "adjusted" not in adjusted.method
    assert adjusted.warnings[0].startswith("Not adjusted for position. Sides and models")


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in _numbers(item)]
    if isinstance(value, list):
        return [n for item in value for n in _numbers(item)]
    return [value] if isinstance(value, float) else []


@given(
    tables(max_models=4, max_rows=25),
    st.sampled_from(EVERY_WAY),
    st.lists(st.sampled_from("xyzuvw"), min_size=25, max_size=25),
)
def test_whatever_the_judgments_and_options_no_number_is_a_lie(
    table: pd.DataFrame, way: tuple[Ties, Cluster, PositionTerm], people: list[str]
) -> None:
    ties, cluster, position = way

    boards = fit(
        table.assign(annotator_id=people[: len(table)]),
        ties=ties,
        cluster=cluster,
        position=position,
    )

    assert all(isfinite(number) for number in _numbers(boards_to_json(boards)))
    for board in boards.boards:
        _assert_honest(board)


def _assert_honest(board: Board) -> None:
    for row in board.rows:
        assert (row.interval is None) == (row.interval_reason is not None)
        assert row.interval is None or row.interval.low < row.interval.high
    for one in board.differences:
        assert one.interval.low < one.difference < one.interval.high
    if board.position is not None:
        assert (board.position.interval is None) == (board.position.reason is not None)


@given(connected_tables(), st.sampled_from(list(Ties)))
def test_the_order_of_the_rows_changes_no_bit_of_any_model(table: pd.DataFrame, ties: Ties) -> None:
    assert fit(table.iloc[::-1], ties=ties) == fit(table, ties=ties)


def test_the_scoring_needs_no_web_no_database_and_no_slow_start() -> None:
    code = (
        "import sys; from evalhub.core.scoring import fit; "
        "print([m for m in ('flask', 'sqlalchemy', 'sqlmodel', 'dbos', 'httpx', 'scipy.stats') "
        "if m in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "[]\n")
