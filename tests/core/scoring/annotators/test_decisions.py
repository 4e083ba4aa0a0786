from dataclasses import replace

from evalhub.core.judging.answers import Choice
from evalhub.core.prompts.controls import ControlAnswer
from evalhub.core.scoring.annotators import ControlCount, Decision
from evalhub.core.scoring.annotators.decisions import (
    controls_by_annotator,
    decisions_of,
)
from tests.core.scoring.records import judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE
NAMES = {("alder", 1): "Alder", ("birch", 1): "Birch"}
CONTROLS = {"gold": (ControlAnswer("alder", "birch"),)}


def test_preferences_become_decisions_whichever_side_was_shown_first() -> None:
    records = [judgment("ann", A), judgment("bob", A, is_swapped=True)]

    found = decisions_of(records, names=NAMES, controls={})

    assert found == [Decision("ann", "Alder", "Birch"), Decision("bob", "Birch", "Alder")]


def test_ties_and_cannot_judge_decide_nothing() -> None:
    records = [judgment("ann", TIE), judgment("ann", Choice.CANNOT_JUDGE)]

    assert decisions_of(records, names=NAMES, controls={}) == []


def test_control_items_are_in_the_prior_and_not_in_the_fit() -> None:
    records = [judgment("ann", A, pair="gold"), judgment("ann", B, pair="gold", minute=1)]

    assert decisions_of(records, names=NAMES, controls=CONTROLS) == []
    assert controls_by_annotator(records, CONTROLS) == {"ann": ControlCount(1, 2)}


def test_two_samples_of_one_endpoint_decide_nothing() -> None:
    same = judgment("ann", A)
    samples = replace(same, y=replace(same.x, sample_index=1))

    assert decisions_of([samples], names=NAMES, controls={}) == []
