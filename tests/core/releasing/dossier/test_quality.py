"""What a dossier says of controls and of disagreements that a further person settled."""

from dataclasses import replace

import pytest

from evalhub.core.releasing.decisions import PairVerdict
from evalhub.core.releasing.dossier.facts import Tally
from evalhub.core.releasing.dossier.fields import DossierField
from evalhub.core.releasing.dossier.quality import NO_ADJUDICATION, quality_fields
from evalhub.core.releasing.dossier.settling import reason_words, verdict_words
from evalhub.core.releasing.dossier.vocabulary import FieldName, FieldOrigin
from evalhub.core.reviewing.vocabulary import DecisionReason
from tests.core.releasing.dossier.documents import CAMPAIGN

SETTLED = replace(
    CAMPAIGN,
    verdicts=Tally((("one response is better", 3), ("stays split", 1))),
    reasons=Tally((("each view can be defended", 1), ("one was mistaken about a fact", 3))),
)


def field_of(name: FieldName, campaign: object = CAMPAIGN) -> DossierField:
    assert isinstance(campaign, type(CAMPAIGN))
    return next(field for field in quality_fields(campaign) if field.name is name)


def test_settled_disagreements_are_told_by_verdict_and_reason() -> None:
    field = field_of(FieldName.ADJUDICATIONS, SETTLED)

    assert field.origin is FieldOrigin.COMPUTED
    assert [(one.name, one.value, one.n) for one in field.figures] == [
        ("Decided: one response is better", 3, 4),
        ("Decided: stays split", 1, 4),
        ("Why they disagreed: each view can be defended", 1, 4),
        ("Why they disagreed: one was mistaken about a fact", 3, 4),
    ]


def test_without_decisions_the_field_says_that_there_are_none() -> None:
    field = field_of(FieldName.ADJUDICATIONS)

    assert (field.origin, field.reason) == (FieldOrigin.ABSENT, NO_ADJUDICATION)


def test_controls_count_comparisons_and_tell_both_rules_of_a_tie() -> None:
    field = field_of(FieldName.CONTROLS)

    assert [(one.name, one.value) for one in field.figures] == [
        ("Answered as known", 0.9),
        ("Comparisons with a known answer", 2),
    ]
    assert "a tie may be one of them" in field.method
    assert "a tie is wrong" in field.method


def test_either_side_that_was_preferred_has_the_same_words() -> None:
    words = {verdict: verdict_words(verdict) for verdict in PairVerdict}

    assert words[PairVerdict.A] == words[PairVerdict.B]
    assert len(set(words.values())) == 3


@pytest.mark.parametrize("reason", DecisionReason)
def test_every_reason_has_words_of_its_own(reason: DecisionReason) -> None:
    others = [reason_words(one) for one in DecisionReason if one is not reason]

    assert reason_words(reason) not in others
