"""What is said of one annotator: plain shares of their own judgments."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.campaigns import JudgmentOrigin, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.controls import ControlAnswer
from evalhub.core.scoring.annotators import AnnotatorFigures, annotator_figures
from evalhub.core.scoring.annotators.figures import majority
from evalhub.core.scoring.annotators.repeats import repeat_figures
from tests.core.scoring.records import judgment

A, B, TIE, CANNOT = Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE
CONTROLS = {"p1": (ControlAnswer("alder", "birch"),)}


def of_ann(*records: JudgmentRecord, controls: bool = True) -> AnnotatorFigures:
    found = annotator_figures(records, controls=CONTROLS if controls else {})
    return next(one for one in found if one.annotator == "ann")


def checking(record: JudgmentRecord, purpose: Purpose) -> JudgmentRecord:
    """Return a judgment that was given out to check quality."""
    return replace(record, purpose=purpose)


def test_annotators_come_by_their_ids_not_by_a_figure() -> None:
    records = [judgment("cyd", A), judgment("ann", B), judgment("bob", A)]

    found = annotator_figures(records, controls=CONTROLS)

    assert [one.annotator for one in found] == ["ann", "bob", "cyd"]


def test_control_items_are_right_from_either_side() -> None:
    found = of_ann(
        judgment("ann", A),
        judgment("ann", B, is_swapped=True, minute=1),
        judgment("ann", B, minute=2),
        judgment("ann", TIE, minute=3),
        judgment("ann", CANNOT, minute=4),
        judgment("ann", A, pair="other"),
    )

    assert (found.control.value, found.control.n) == (0.5, 4)


@pytest.mark.parametrize(
    ("controls", "reason"),
    [
        (True, "No control item was judged."),
        (False, "This project has no control items."),
    ],
)
def test_without_control_items_it_says_which_are_missing(*, controls: bool, reason: str) -> None:
    found = of_ann(judgment("ann", A, pair="other"), controls=controls)

    assert found.control.value is None
    assert found.control.reason == reason


def test_control_of_other_models_is_not_asked() -> None:
    controls = {"p1": (ControlAnswer("oak", "birch"),)}

    found = annotator_figures([judgment("ann", A)], controls=controls)

    assert found[0].control.n == 0


def test_agreement_is_with_what_most_others_say() -> None:
    found = of_ann(
        *(judgment(who, A, pair="p1") for who in ("ann", "bob", "cyd")),
        *(judgment(who, B if who == "ann" else A, pair="p2") for who in ("ann", "bob", "cyd")),
        judgment("ann", A, pair="even"),
        judgment("bob", A, pair="even"),
        judgment("cyd", B, pair="even"),
        judgment("ann", A, pair="alone"),
    )

    assert (found.agreement.value, found.agreement.n) == (0.5, 2)


def test_ones_own_answer_is_not_among_the_others() -> None:
    found = of_ann(judgment("ann", A), judgment("ann", A, minute=1), judgment("bob", B))

    assert (found.agreement.value, found.agreement.n) == (0.0, 1)


def test_consistency_compares_the_two_orders_of_a_pair() -> None:
    found = of_ann(
        judgment("ann", A, pair="same"),
        judgment("ann", B, pair="same", is_swapped=True, minute=1),
        judgment("ann", A, pair="sided"),
        judgment("ann", A, pair="sided", is_swapped=True, minute=1),
        judgment("ann", A, pair="once"),
        judgment("ann", A, pair="one order"),
        judgment("ann", B, pair="one order", minute=1),
    )

    assert (found.consistency.value, found.consistency.n) == (0.5, 2)


def test_consistency_is_that_of_repeats_where_pairs_came_again() -> None:
    told = [
        judgment("ann", A, pair="same"),
        checking(judgment("ann", B, pair="same", is_swapped=True, minute=1), Purpose.REPEAT),
        judgment("ann", A, pair="other rubric"),
        replace(
            checking(judgment("ann", A, pair="other rubric", is_swapped=True), Purpose.REPEAT),
            rubric_id="another",
        ),
        judgment("ann", A, pair="anchor"),
        checking(judgment("ann", A, pair="anchor", is_swapped=True, minute=1), Purpose.ANCHOR),
        judgment("ann", A, pair="both orders"),
        judgment("ann", A, pair="both orders", is_swapped=True, minute=1),
    ]

    found = of_ann(*told).consistency

    assert (found.value, found.n) == (1.0, 1)
    assert found == repeat_figures(told).consistency


def test_without_repeats_consistency_is_that_of_work_alone() -> None:
    found = of_ann(
        judgment("ann", A, pair="both orders"),
        judgment("ann", A, pair="both orders", is_swapped=True, minute=1),
        judgment("ann", A, pair="anchor"),
        checking(judgment("ann", B, pair="anchor", is_swapped=True, minute=1), Purpose.ANCHOR),
    )

    assert (found.consistency.value, found.consistency.n) == (0.0, 1)


def test_left_counts_preferences_as_shown_and_ties_count_verdicts() -> None:
    found = of_ann(
        judgment("ann", A, pair="1"),
        judgment("ann", A, pair="2", is_swapped=True),
        judgment("ann", B, pair="3"),
        judgment("ann", TIE, pair="4"),
        judgment("ann", CANNOT, pair="5"),
    )

    assert found.left.value == pytest.approx(2 / 3)
    assert found.left.n == 3
    assert (found.ties.value, found.ties.n) == (0.25, 4)
    assert (found.n_judgments, found.n_cannot_judge) == (5, 1)


def test_time_is_the_median_of_what_was_timed() -> None:
    timed = [
        replace(judgment("ann", A, minute=i), active_seconds=s) for i, s in enumerate((9, 5, 1))
    ]

    found = of_ann(*timed, judgment("ann", A, minute=9))

    assert (found.active_seconds.value, found.active_seconds.n) == (5, 3)


def test_simulated_judgments_say_so() -> None:
    made_up = replace(judgment("ann", A), origin=JudgmentOrigin.SIMULATED)

    assert of_ann(made_up).is_simulated
    assert not of_ann(judgment("ann", A)).is_simulated


@pytest.mark.parametrize(
    ("said", "expected"), [([], None), ([0], 0), ([0, 2], None), ([1, 1, 2], 1)]
)
def test_majority_is_none_when_even(said: list[int], expected: int | None) -> None:
    assert majority(Counter(said)) == expected


drawn_judgments = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from(["ann", "bob", "cyd", "dan"]),
        st.sampled_from([A, B, TIE, CANNOT]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=30)
@given(drawn=drawn_judgments)
def test_agreement_equals_what_loops_over_others_give(
    drawn: list[tuple[str, str, Choice, bool]],
) -> None:
    records = [
        judgment(who, choice, pair=pair, is_swapped=swapped, minute=i)
        for i, (pair, who, choice, swapped) in enumerate(drawn)
    ]
    first: dict[tuple[str, str], Choice] = {}
    for record in records:
        if record.choice is not CANNOT:
            first.setdefault((record.person_public_id, record.prompt_key), record.canonical_choice)

    for one in annotator_figures(records, controls={}):
        same = []
        for (who, pair), mine in first.items():
            others = Counter(c for (w, p), c in first.items() if p == pair and w != who)
            top = [c for c, n in others.items() if n == max(others.values())]
            if who == one.annotator and len(top) == 1:
                same.append(mine == top[0])
        assert one.agreement.n == len(same)
        assert one.agreement.value == (sum(same) / len(same) if same else None)


@settings(max_examples=20)
@given(drawn=drawn_judgments, data=st.data())
def test_order_of_records_does_not_matter(
    drawn: list[tuple[str, str, Choice, bool]], data: st.DataObject
) -> None:
    records = [
        judgment(who, choice, pair=pair, is_swapped=swapped, minute=i)
        for i, (pair, who, choice, swapped) in enumerate(drawn)
    ]
    shuffled = data.draw(st.permutations(records))

    assert annotator_figures(records, controls=CONTROLS) == (
        annotator_figures(shuffled, controls=CONTROLS)
    )


def test_every_figure_has_a_value_or_says_why_not() -> None:
    (only,) = annotator_figures([judgment("ann", CANNOT)], controls={})

    for figure in (only.control, only.agreement, only.consistency, only.left, only.ties):
        assert (figure.value, figure.interval, figure.n) == (None, None, 0)
        assert figure.reason
    assert only.active_seconds.reason == "No judgment was timed."


def test_nobody_judged_nobody_described() -> None:
    assert annotator_figures([], controls={}) == ()
