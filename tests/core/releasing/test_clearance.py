"""Gates: what nobody has settled blocks, and what settles it is written down."""

import pytest

from evalhub.core.releasing.clearance import (
    Gate,
    GateAction,
    GateDecision,
    GateRule,
    check_rules,
    decide,
)
from evalhub.errors import BadInput, NotCleared

REASON = "Collected under the terms of the clinic."
ACCEPTED = GateRule(Gate.NO_CONSENT, GateAction.ACCEPT, REASON)


def test_every_gate_that_blocks_is_named_with_its_count() -> None:
    with pytest.raises(NotCleared) as caught:
        decide((), {Gate.NO_CONSENT: 1_200, Gate.PERSONAL_DATA: 3}, n_judgments=5_000)

    consent, privacy = caught.value.problems
    assert consent.where == "gate no_consent"
    assert "1,200 of 5,000 judgments" in consent.rule
    assert privacy.where == "gate personal_data"


def test_a_reason_lets_judgments_through_and_is_kept() -> None:
    decisions = decide((ACCEPTED,), {Gate.NO_CONSENT: 2}, n_judgments=9)

    assert decisions[0] == GateDecision(Gate.NO_CONSENT, GateAction.ACCEPT, 2, REASON)


def test_a_gate_that_held_nothing_back_is_told_of_too() -> None:
    decisions = decide((), {}, n_judgments=9)

    assert [(one.gate, one.action, one.n_held) for one in decisions] == [
        (gate, GateAction.BLOCK, 0) for gate in Gate
    ]


@pytest.mark.parametrize("reason", ["", "ok", "         ok         "])
def test_a_gate_is_not_accepted_without_a_reason(reason: str) -> None:
    with pytest.raises(BadInput, match="only with a reason"):
        check_rules([GateRule(Gate.UNKNOWN_LICENCE, GateAction.ACCEPT, reason)])


def test_a_gate_is_ruled_on_once() -> None:
    with pytest.raises(BadInput, match="ruled on twice"):
        check_rules([ACCEPTED, GateRule(Gate.NO_CONSENT, GateAction.EXCLUDE)])


def test_sound_rules_pass() -> None:
    check_rules([ACCEPTED, GateRule(Gate.PERSONAL_DATA, GateAction.EXCLUDE)])
