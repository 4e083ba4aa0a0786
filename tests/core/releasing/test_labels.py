from dataclasses import replace

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.controls import ControlAnswer
from evalhub.core.releasing.labels import ReleaseLabels, label_release
from evalhub.core.releasing.material import PairLabel
from evalhub.core.responses import ResponseStatus
from evalhub.core.scoring.labels import label_inputs
from tests.core.releasing.material import make_record

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def label_of(labels: ReleaseLabels, pair: str) -> PairLabel:
    """Return the label of a pair that has one."""
    (label,) = labels.by_pair.of([pair])
    assert label is not None
    return label


def test_a_label_leans_to_what_was_preferred() -> None:
    labels = label_release(
        label_inputs([("p", make_record(B, 3)), ("p", make_record(B, 2, person="bob"))])
    )

    label = label_of(labels, "p")
    assert label.soft_label_y > 0.75
    assert label.margin_y > 0
    assert label.pooled_soft_label_y is not None
    assert label.pooled_soft_label_y > 0.5


def test_a_swapped_judgment_is_turned_to_the_order_of_the_pair() -> None:
    shown = label_release(label_inputs([("p", make_record(A, -2))]))
    swapped = label_release(label_inputs([("p", make_record(B, 2, is_swapped=True))]))

    one, other = label_of(shown, "p"), label_of(swapped, "p")

    assert one.soft_label_y < 0.5
    assert other.soft_label_y == pytest.approx(one.soft_label_y, abs=0.03)


def test_every_figure_is_rounded() -> None:
    labels = label_release(label_inputs([("p", make_record(B, 1)), ("q", make_record(A))]))

    for label in (label_of(labels, pair) for pair in "pq"):
        assert label.soft_label_y == round(label.soft_label_y, 4)
        assert label.margin_y == round(label.margin_y, 4)
        assert label.pooled_soft_label_y == round(label.pooled_soft_label_y or 0, 3)


def test_what_says_nothing_of_a_pair_of_answers_is_left_out() -> None:
    record = make_record(A, -1)
    truncated = replace(record, y=replace(record.y, status=ResponseStatus.TRUNCATED))
    same = replace(record, y=replace(record.y, sha256=record.x.sha256))

    labels = label_release(
        label_inputs(
            [("a", make_record(Choice.CANNOT_JUDGE)), ("b", truncated), ("c", same), ("d", record)]
        )
    )

    found = labels.by_pair.of(["a", "b", "c", "d", "e"])
    assert [label is not None for label in found] == [False, False, False, True, False]
    assert labels.facts.item_only.n_judgments == 1


def test_nothing_to_label_gives_no_labels_and_says_so() -> None:
    labels = label_release(label_inputs([]))

    assert labels.by_pair.of(["p"]) == [None]
    assert labels.facts.item_only.median_reliability is None
    assert labels.facts.pooled.tau is None
    assert labels.facts.pooled.reason == "There is no judgment to fit."


def test_labels_to_train_on_do_not_depend_on_a_pooled_fit_left_out() -> None:
    inputs = label_inputs([("p", make_record(B, 3)), ("q", make_record(A, -1))])

    whole, without = label_release(inputs), label_release(inputs, most_pooled=1)

    for pair in "pq":
        expected = replace(label_of(whole, pair), pooled_soft_label_y=None)
        assert label_of(without, pair) == expected
    assert without.facts.pooled.reason == "2 judgments are more than 1; the pooled fit is left out."


def test_the_order_of_the_judgments_changes_nothing() -> None:
    judgments = [
        (f"p{number % 5}", make_record((A, B, TIE)[number % 3], person=f"person-{number % 4}"))
        for number in range(20)
    ]

    labels = label_release(label_inputs(judgments))
    other = label_release(label_inputs(judgments[::-1]))

    pairs = [f"p{number}" for number in range(5)]
    assert labels.by_pair.of(pairs) == other.by_pair.of(pairs)
    assert None not in labels.by_pair.of(pairs)
    assert labels.facts == other.facts


def control(person: str, choice: Choice) -> JudgmentRecord:
    """Return a judgment of a control item whose better response is X."""
    return replace(make_record(choice, person=person), prompt_key="gold")


def test_answers_to_controls_make_an_annotator_count_for_more_or_less() -> None:
    judgments = [("p", make_record(B, 2, person="good")), ("q", make_record(B, 2, person="bad"))]
    gold = [control("good", A)] * 9 + [control("bad", A)] * 4 + [control("bad", B)] * 5

    inputs = label_inputs(
        judgments,
        control_judgments=gold,
        controls={"gold": (ControlAnswer(better="alder-1", worse="birch-1"),)},
    )
    labels = label_release(inputs)

    assert label_of(labels, "p").soft_label_y > label_of(labels, "q").soft_label_y
    assert labels.facts.item_only.n_control_answers == 18


def test_controls_of_people_who_judged_nothing_else_are_left_aside() -> None:
    inputs = label_inputs(
        [("p", make_record(A))],
        control_judgments=[control("stranger", A)],
        controls={"gold": (ControlAnswer(better="alder-1", worse="birch-1"),)},
    )

    assert inputs.n_controls == 0
    assert inputs.table.n_annotators == 1
