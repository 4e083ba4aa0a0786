"""What more judgments would settle, and why it sometimes cannot be known."""

import itertools

import numpy as np
import pandas as pd
import pytest

from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.counting.counts import Counts, count_judgments, half_win_scores
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.planning import SelectionPlan, plan_selection
from evalhub.services.scoring.cells import ActiveTime
from evalhub.services.scoring.foreseeing import HOURS, JUDGMENTS, Foreseen, foresee_project

COLUMNS = ["prompt_id", "left", "right", "winner"]
TIME = ActiveTime(minutes=6.0, n=40)


def judgments(n_prompts: int = 20, *, seed: int = 1) -> Counts:
    """Return a close three-model board, all pairs on each prompt."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"p{prompt:02}", first, second, "left" if rng.random() < chance else "right")
        for prompt in range(n_prompts)
        for first, second, chance in (("a", "b", 0.55), ("b", "c", 0.55), ("a", "c", 0.6))
    ]
    return count_judgments(pd.DataFrame(rows, columns=COLUMNS))


def plan(counts: Counts) -> SelectionPlan:
    scores = half_win_scores(counts.table())
    every = ModelPairs.every(len(scores))
    return plan_selection(scores, every, SelectionMode.RANK, rng=np.random.default_rng(0))


def foreseen(counts: Counts, *, time: ActiveTime | None = TIME) -> Foreseen:
    return foresee_project(counts, ModelPairs.every(len(counts.models)), plan(counts), time)


def test_hours_are_judgments_at_the_measured_pace() -> None:
    found = foreseen(judgments())

    assert [point.n_more for point in found.points] == [0, *(10 * hours for hours in HOURS)]
    assert [point.hours for point in found.points] == pytest.approx([0, *HOURS])


def test_without_a_measured_time_hours_stay_unknown() -> None:
    found = foreseen(judgments(), time=None)

    assert [point.n_more for point in found.points] == [0, *JUDGMENTS]
    assert {point.hours for point in found.points} == {None}


@pytest.mark.parametrize(("n", "is_known"), [(9, False), (10, True)])
def test_hours_need_ten_timed_judgments(n: int, is_known: bool) -> None:
    found = foreseen(judgments(), time=ActiveTime(minutes=6.0, n=n))

    assert (found.time is not None) == is_known
    assert all((point.hours is not None) == is_known for point in found.points)


def test_more_hours_settle_more() -> None:
    points = foreseen(judgments()).points

    assert points[-1].winner > points[0].winner + 0.05
    assert points[-1].neighbours > points[0].neighbours
    assert points[-1].places_off < points[0].places_off


@pytest.mark.parametrize("seed", range(6))
def test_no_row_of_the_page_expects_less_than_the_row_above(seed: int) -> None:
    points = foreseen(judgments(seed=seed), time=ActiveTime(minutes=90.0, n=40)).points

    # At this pace an hour is one judgment, whose worth is far below the noise of a simulation.
    assert [point.n_more for point in points[:3]] == [0, 1, 1]
    for one, later in itertools.pairwise(points):
        assert later.winner >= one.winner
        assert later.neighbours >= one.neighbours
        assert later.places_off <= one.places_off


def test_the_simulation_says_how_many_futures_and_how_far_it_may_be_off() -> None:
    found = foreseen(judgments())

    assert found.n_futures == 2_000
    assert found.error is not None
    assert 0.005 < found.error.winner < 0.025


def test_the_same_judgments_give_the_same_figures() -> None:
    assert foreseen(judgments()) == foreseen(judgments())


def test_prompts_that_pull_one_way_make_it_slower() -> None:
    rows = [
        (f"p{prompt:02}", *models, ("left", "right")[(prompt + shift) % 2])
        for prompt in range(20)
        for shift, models in enumerate((("a", "b"), ("b", "c"), ("c", "a")))
        for _ in range(5)
    ]
    alike = foreseen(count_judgments(pd.DataFrame(rows, columns=COLUMNS)))

    assert alike.has_clusters
    assert alike.inflation > 2


def test_too_few_prompts_leave_the_judgments_independent_and_say_so() -> None:
    rows = [("p", "a", "b", "left"), ("q", "b", "a", "left"), ("p", "b", "c", "tie")] * 5

    found = foreseen(count_judgments(pd.DataFrame(rows, columns=COLUMNS)))

    assert found.points
    assert (found.has_clusters, found.inflation) == (False, 1.0)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("p", "a", "b", "tie"), ("p", "c", "d", "tie")], "2 parts"),
        ([("p", "a", "b", "left")], "only won or only lost"),
    ],
    ids=["parts", "unbounded"],
)
def test_what_cannot_be_known_says_why(rows: list[tuple[str, str, str, str]], reason: str) -> None:
    found = foreseen(count_judgments(pd.DataFrame(rows, columns=COLUMNS)))

    assert (found.points, found.error, found.n_futures) == ((), None, 0)
    assert reason in found.reason


def test_a_project_that_offers_no_pair_has_nothing_to_foresee() -> None:
    counts = judgments()

    found = foresee_project(counts, ModelPairs.of(3, []), None, TIME)

    assert "offers no two models" in found.reason


def test_one_sentence_has_now_and_ten_hours_later_or_nothing() -> None:
    counts = judgments()
    found = foreseen(counts)
    nothing = foresee_project(counts, ModelPairs.of(3, []), None, TIME)

    assert found.in_short is not None
    assert [point.hours for point in found.in_short] == pytest.approx([0, 10])
    assert nothing.in_short is None
