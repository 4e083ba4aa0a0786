"""Judgments become numbers, prompt by prompt, and the numbers do not depend on how they came."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.controls import ControlAnswer
from evalhub.core.scoring.labels import LabelCollector, label_inputs
from tests.core.releasing.material import make_record

A, B = Choice.A, Choice.B
NAMES = ("née", "nee", "neé")


def on(prompt: str, record: JudgmentRecord, *, second: str = "birch") -> JudgmentRecord:
    """Return ``record`` on another prompt, with another second response."""
    return replace(record, prompt_key=prompt, y=replace(record.y, endpoint=second))


JUDGMENTS = [
    ("q2", on("b", make_record(B, 2, person="zoe"), second="cedar")),
    ("q1", on("b", make_record(A, -1, person="ann"))),
    ("p1", on("a", make_record(A, person="bob"))),
    ("p1", on("a", make_record(B, 3, person="ann"))),
]


def test_pairs_and_their_responses_are_numbered_by_name() -> None:
    inputs = label_inputs(JUDGMENTS)

    assert list(inputs.pair_names()) == ["p1", "q1", "q2"]
    # Two responses to prompt a, then three to prompt b: alder, birch and cedar.
    assert inputs.paired.first.tolist() == [0, 2, 2]
    assert inputs.paired.second.tolist() == [1, 3, 4]
    assert inputs.table.n_first.tolist() == [1, 1, 0]
    assert inputs.table.n_second.tolist() == [1, 0, 1]


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2)])
def test_no_order_of_judgments_changes_a_number(order: tuple[int, ...]) -> None:
    inputs, other = label_inputs(JUDGMENTS), label_inputs([JUDGMENTS[i] for i in order])

    assert (inputs.pairs == other.pairs).all()
    assert np.array_equal(inputs.table.by_pair.toarray(), other.table.by_pair.toarray())
    assert np.array_equal(inputs.table.annotator, other.table.annotator)
    assert np.array_equal(inputs.paired.second, other.paired.second)


def test_names_outside_ascii_come_back_and_stand_by_code_point() -> None:
    inputs = label_inputs([(name, on(name, make_record(A))) for name in NAMES])

    assert list(inputs.pair_names()) == sorted(NAMES)


@pytest.mark.parametrize("at_once", [1, 7, 200, 201])
def test_what_is_collected_takes_no_memory_for_texts(at_once: int) -> None:
    collector = LabelCollector(names_at_once=at_once)
    for number in range(200):
        record = replace(make_record(A), prompt_key=f"p{number:03}", why="x" * 100)
        collector.add_prompt([(f"pair-{number:03}", record)])

    inputs = collector.finish()

    assert inputs.table.n_judgments == inputs.table.n_pairs == 200
    assert inputs.pairs.nbytes == 200 * len("pair-000")


def test_what_was_collected_is_gone_once_the_inputs_are_there() -> None:
    collector = LabelCollector(names_at_once=64)
    for number in range(2_000):
        record = replace(make_record(A), prompt_key=f"p{number:05}")
        collector.add_prompt([(f"pair-{number:05}", record)])

    tracemalloc.start()
    kept = collector.finish()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    again = collector.finish()

    assert len(kept.pairs) == 2_000
    assert len(again.pairs) == again.table.n_judgments == 0
    # A pair and its judgment take 120 bytes as inputs; sorting and counting them as much again.
    assert most < 2_000 * 300


@pytest.mark.parametrize(("choice", "is_right"), [(A, True), (B, False), (Choice.TIE, False)])
def test_a_control_tells_whether_it_was_answered_right(choice: Choice, is_right: bool) -> None:
    record = make_record(choice)
    known = {record.prompt_key: (ControlAnswer(record.x.model, record.y.model),)}
    collector = LabelCollector()

    assert collector.add_control(record, known) is is_right
    assert collector.add_control(record, {}) is None
