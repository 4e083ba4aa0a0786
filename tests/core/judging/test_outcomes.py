import pytest
from hypothesis import given, settings

from evalhub.core.judging.answers import Choice, swap_sides
from evalhub.core.judging.forms import parse_form
from evalhub.core.judging.outcomes import (
    Outcome,
    OutcomeKind,
    VetoState,
    facts_of,
    outcome_of,
    qa_score,
    score_of,
)
from evalhub.core.rubrics.vocabulary import Route
from tests.core.judging.forms import Fields, answer, any_fields
from tests.core.rubrics.small import small

HARMFUL = {"flags__a": "harmful", "flags__b": "none"}


@pytest.mark.parametrize(
    ("option", "route"),
    [("out_of_scope", Route.RETURN_TO_QUEUE), ("conflict", Route.RETURN_AND_BLOCK)],
)
def test_an_option_that_leads_away_makes_a_return(option: str, route: Route) -> None:
    outcome = outcome_of(small(), answer(triage__competence=option))

    assert outcome == Outcome(OutcomeKind.RETURN, route)


def test_a_choice_without_vetoes_is_a_judgment() -> None:
    assert outcome_of(small(), answer(flags__b="rude")) == Outcome(OutcomeKind.JUDGMENT)


def test_cannot_judge_is_its_own_outcome() -> None:
    outcome = outcome_of(small(), answer(flags__b="rude", overall="cannot_judge"))

    assert outcome == Outcome(OutcomeKind.CANNOT_JUDGE)


@pytest.mark.parametrize(
    ("overall", "is_override"),
    [
        ("3", False),
        ("-1", True),
        ("0", True),
        ("both_good", True),
        ("both_bad", False),
        ("cannot_judge", False),
    ],
)
def test_not_preferring_the_other_goes_against_a_veto(overall: str, is_override: bool) -> None:
    outcome = outcome_of(small(), answer(overall=overall, **HARMFUL))

    assert outcome.veto is VetoState.ONE_VETOED
    assert outcome.vetoed_side == "a"
    assert outcome.is_override is is_override


@pytest.mark.parametrize(("overall", "is_override"), [("-3", False), ("both_good", True)])
def test_two_vetoed_answers_can_be_ranked_but_not_called_good(
    overall: str, is_override: bool
) -> None:
    outcome = outcome_of(small(), answer(overall=overall, flags__a="harmful", flags__b="harmful"))

    assert outcome.veto is VetoState.BOTH_VETOED
    assert outcome.vetoed_side is None
    assert outcome.is_override is is_override


def test_conditions_learn_tags_triage_and_the_answer() -> None:
    facts = facts_of(small(), answer(triage__urgency="now"), frozenset({"urgent"}))

    assert facts.tags == {"urgent"}
    assert facts.fields == {
        "flags_any": True,
        "veto_override": False,
        "overall_abs": 3,
        "urgency": "now",
    }


def test_conditions_learn_nothing_that_was_not_answered() -> None:
    facts = facts_of(small(), parse_form(small(), []), frozenset())

    assert facts.fields == {"flags_any": False, "veto_override": False}


@pytest.mark.parametrize(
    ("choice", "score"),
    [
        (Choice.A, 1.0),
        (Choice.B, 0.0),
        (Choice.TIE, 0.5),
        (Choice.BOTH_GOOD, 0.5),
        (Choice.BOTH_BAD, 0.5),
        (Choice.CANNOT_JUDGE, None),
    ],
)
def test_a_choice_scores_for_a(choice: Choice, score: float | None) -> None:
    assert score_of(choice) == score


def test_the_quality_score_weighs_the_differences() -> None:
    # correct: weight 0.5, d = (3 - 5) / (5 - 1); clear: weight 0.2, d = -2 / 2.
    expected = (0.5 * -0.5 + 0.2 * -1) / 0.7

    assert qa_score(small(), answer()) == pytest.approx(expected)


def test_what_does_not_apply_is_left_out_of_the_quality_score() -> None:
    found = answer(
        criteria__clear="na", criteria__prompt_help__a="1", criteria__prompt_help__b="na"
    )

    assert qa_score(small(), found) == -0.5


def test_without_answered_criteria_there_is_no_quality_score() -> None:
    found = answer("criteria.correct.a", "criteria.correct.b", "criteria.clear")

    assert qa_score(small(), found) is None


@settings(deadline=None)
@given(any_fields(small()))
def test_swapping_the_sides_negates_the_quality_score(fields: Fields) -> None:
    found = parse_form(small(), fields)

    score, swapped = qa_score(small(), found), qa_score(small(), swap_sides(found))

    if score is None:
        assert swapped is None
    else:
        assert swapped == -score
        assert -1 <= score <= 1


@settings(deadline=None)
@given(any_fields(small()))
def test_swapping_the_sides_keeps_the_outcome_but_for_the_side(fields: Fields) -> None:
    found = parse_form(small(), fields)

    one, other = outcome_of(small(), found), outcome_of(small(), swap_sides(found))

    assert (one.kind, one.route, one.veto) == (other.kind, other.route, other.veto)
    assert one.is_override is other.is_override
    assert {one.vetoed_side, other.vetoed_side} in ({None}, {"a", "b"})
