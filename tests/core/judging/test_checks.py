from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.answers import (
    Answer,
    CannotJudgeReason,
    Choice,
    CitationCheck,
    ComparedCriterion,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
    swap_sides,
)
from evalhub.core.judging.checks import PromptFacts, applicable_criteria, check_answer
from evalhub.core.judging.forms import parse_form
from evalhub.core.judging.outcomes import facts_of
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.wording import counted
from tests.core.judging.forms import Fields, answer, any_fields, complete_fields
from tests.core.rubrics.small import small, without_citations
from tests.core.rubrics.test_shipped import NAMES, shipped

CITED = PromptFacts(n_citations_a=2, n_citations_b=0)


def check(found: Answer, facts: PromptFacts = CITED, rubric: Rubric | None = None) -> list[str]:
    problems = check_answer(rubric or small(), found, facts)
    return [f"{problem.where}: {problem.rule}" for problem in problems]


def test_a_complete_answer_passes() -> None:
    assert check(answer()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_complete_answer_passes_under_each_shipped_rubric(name: str) -> None:
    rubric = shipped(name)
    found = parse_form(rubric, complete_fields(rubric))

    assert check_answer(rubric, found, PromptFacts(n_citations_a=1)) == []


def test_an_empty_answer_is_told_everything_in_the_order_of_the_form() -> None:
    assert check(Answer()) == [
        "competence: choose one answer",
        "flags-a: tick what is present in answer A, or “None of these”",
        "flags-b: tick what is present in answer B, or “None of these”",
        "cites-a: check at least 1 of 2 sources; 0 so far",
        "correct: rate both answers",
        "clear: choose one answer",
        "overall: choose one answer",
        "confidence: choose one answer",
    ]


@pytest.mark.parametrize("option", ["out_of_scope", "conflict"])
def test_an_option_that_leads_away_needs_nothing_else(option: str) -> None:
    found = parse_form(small(), [("triage.competence", option)])

    assert check(found) == []


def test_cannot_judge_needs_a_typed_reason_and_nothing_else() -> None:
    given_up = parse_form(small(), [("overall", "cannot_judge")])
    typed = replace(given_up, cannot_judge_reason=CannotJudgeReason.CONTESTED)

    assert check(given_up) == ["cannot-judge: say why it cannot be judged"]
    assert check(typed) == []


def test_without_a_choice_the_triage_is_asked() -> None:
    assert "competence: choose one answer" in check(parse_form(small(), []))


@pytest.mark.parametrize(
    ("removed", "changed", "message"),
    [
        (("triage.competence",), {}, "competence: choose one answer"),
        (("flags.a",), {}, "flags-a: tick what is present in answer A, or “None of these”"),
        (("overall",), {}, "overall: choose one answer"),
        (("confidence",), {}, "confidence: choose one answer"),
        (("criteria.clear",), {}, "clear: choose one answer"),
        (("criteria.correct.b",), {}, "correct: rate answer B too"),
        (("criteria.correct.a",), {}, "correct: rate answer A too"),
        (
            ("flags.b.harmful.quote",),
            {"flags__b": "harmful"},
            "flags-b: give the words that show “Harmful”",
        ),
        ((), {"why__text": "x" * 101}, "why: has 101 characters; at most 100 are possible"),
        ((), {"citations__b__1": "supports"}, "cites-b: answer B has no source 1"),
        ((), {"citations__a__3": "not_checked"}, "cites-a: answer A has no source 3"),
        (
            ("citations.a.1",),
            {},
            "cites-a: check at least 1 of 2 sources; 0 so far",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_missing_or_wrong_is_named(
    removed: tuple[str, ...], changed: dict[str, str], message: str
) -> None:
    assert check(answer(*removed, **changed)) == [message]


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("rest   and\ndrink", []),
        ("drink … a week", []),
        (
            "drink a lot",
            ["flags-b: the words given for “Harmful” do not stand in answer B; copy them"],
        ),
    ],
    ids=["other blanks", "words left out", "other words"],
)
def test_words_that_show_a_flag_must_stand_in_its_own_answer(quote: str, told: list[str]) -> None:
    raised = SideFlags(raised=(RaisedFlag("harmful", quote),))
    found = replace(answer(), flags_b=raised, choice=Choice.A, preference=-1, why="x" * 50)
    facts = replace(CITED, text_a="Drink a lot.", text_b="Rest and drink for a week.")

    assert [rule.partition(" from it,")[0] for rule in check(found, facts)] == told


def test_without_the_texts_no_quote_is_compared() -> None:
    raised = SideFlags(raised=(RaisedFlag("harmful", "anything"),))
    found = replace(answer(), flags_b=raised, choice=Choice.A, preference=-1, why="x" * 50)

    assert check(found, CITED) == []


def test_none_cannot_stand_beside_a_flag() -> None:
    found = replace(answer(), flags_a=SideFlags(none_ticked=True, raised=(RaisedFlag("rude"),)))

    assert check(found) == ["flags-a: “None of these” cannot stand beside a flag"]


def test_an_optional_criterion_may_be_left_out_but_not_half_answered() -> None:
    assert check(answer(criteria__kind="1")) == []
    assert check(answer(criteria__prompt_help__a="1")) == ["prompt_help: rate answer B too"]


@pytest.mark.parametrize(
    ("changed", "facts"),
    [({"triage__urgency": "now"}, CITED), ({}, replace(CITED, tags=frozenset({"urgent"})))],
    ids=["by-triage", "by-tag"],
)
def test_a_conditional_criterion_is_required_when_it_applies(
    changed: dict[str, str], facts: PromptFacts
) -> None:
    asked, told = answer(**changed), "prompt_help: rate both answers"
    both = {"criteria__prompt_help__a": "na", "criteria__prompt_help__b": "na"}

    assert check(asked, facts) == [told]
    assert check(answer(**changed, **both), facts) == []


def test_the_applicable_criteria_follow_the_facts() -> None:
    def ids(found: Answer) -> list[str]:
        facts = facts_of(small(), found, frozenset())
        return [criterion.id for criterion in applicable_criteria(small(), facts)]

    assert ids(answer()) == ["correct", "clear", "kind"]
    assert ids(answer(triage__urgency="now")) == ["correct", "prompt_help", "clear", "kind"]


@pytest.mark.parametrize(
    ("changed", "is_needed"),
    [
        ({"flags__b": "none", "overall": "-1"}, False),
        ({"flags__b": "none", "overall": "-3"}, True),
        ({"flags__b": "rude", "overall": "-1"}, True),
    ],
    ids=["slight-and-clean", "strong", "flagged"],
)
def test_the_reason_is_asked_where_the_rubric_says(
    changed: dict[str, str], is_needed: bool
) -> None:
    told = ["why: give the reason in at least 10 characters"]

    assert check(answer("why.text", **changed)) == (told if is_needed else [])
    assert check(answer(**changed, why__text="123456789")) == (told if is_needed else [])
    assert check(answer(**changed, why__text="1234567890")) == []
    assert check(answer(**changed, why__text="\u200b" * 30)) == (told if is_needed else [])


def test_marked_words_can_stand_for_the_reason() -> None:
    strict = small("accept_span_instead: true", "accept_span_instead: false")

    assert check(answer("why.text")) == []
    assert check(answer("why.text"), rubric=strict) == [
        "why: give the reason in at least 10 characters"
    ]


def test_a_rubric_may_never_ask_for_a_reason() -> None:
    rule = "  required_when: {any: [{field: overall_abs, gte: 2}, {field: flags_any, eq: true}]}\n"

    assert check(answer("why.text"), rubric=small(rule, "")) == []


VETOED = {"flags__a": "harmful", "flags__a__harmful__quote": "Do it.", "flags__b": "none"}


def test_going_against_a_veto_needs_a_reason_in_words() -> None:
    told = ["why: say in at least 10 characters why the veto does not decide"]

    assert check(answer("why.text", **VETOED)) == told
    assert check(answer(**VETOED)) == []
    assert check(answer("why.text", **VETOED, overall="3")) == []


def test_a_rubric_may_refuse_to_go_against_a_veto() -> None:
    rubric = small("override: reason_and_review", "override: refused")
    both = {"flags__b": "harmful", "overall": "both_good"}

    assert check(answer(**VETOED), rubric=rubric) == [
        "overall: prefer the answer without a veto, or take the flag back"
    ]
    assert check(answer(**{**VETOED, **both}), rubric=rubric) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (PromptFacts(), []),
        (PromptFacts(n_citations_b=3), ["cites-b: check at least 1 of 3 sources; 0 so far"]),
    ],
    ids=["nothing-cited", "cited-in-b"],
)
def test_sources_are_checked_only_where_something_is_cited(
    facts: PromptFacts, told: list[str]
) -> None:
    assert check(answer("citations.a.1", "citations.a.2"), facts) == told


def test_a_share_of_the_sources_can_be_required() -> None:
    rubric = small("minimum_checked_if_any: 1", "required_share: 0.6")

    assert check(answer(), rubric=rubric) == ["cites-a: check at least 2 of 2 sources; 1 so far"]


def test_a_rubric_without_citations_asks_for_none() -> None:
    found = answer("citations.a.1", "citations.a.2")

    assert check(found, rubric=without_citations()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"preference": -2}, "overall: '-2' is not among the answers offered"),
        ({"confidence": 9}, "confidence: '9' is not among the answers offered"),
        (
            {"compared": (ComparedCriterion("tone", 1),)},
            "form: it does not ask for 'criteria.tone'",
        ),
        (
            {"rated": (RatedCriterion("correct", 2, 5),)},
            "correct: '2' is not among the answers offered",
        ),
        (
            {"flags_a": SideFlags(raised=(RaisedFlag("loud"),))},
            "flags-a: 'loud' is not among the answers offered",
        ),
        (
            {"citations_a": (CitationCheck(0, "supports"),)},
            "form: it does not ask for 'citations.a.0'",
        ),
        ({"why": " untrimmed "}, "form: its parts must stand in the rubric's order"),
        ({"reasons": ("clear", "correct")}, "form: its parts must stand in the rubric's order"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_answer_that_no_form_sends_is_refused(changes: dict[str, object], told: str) -> None:
    found = replace(answer(), **changes)  # type: ignore[arg-type]  # each case sets its own field

    assert check(found)[0].startswith(told)


@settings(deadline=None)
@given(any_fields(small()))
def test_swapping_the_sides_keeps_an_answer_as_sound_as_it_was(fields: Fields) -> None:
    found = parse_form(small(), fields)
    facts = PromptFacts(n_citations_a=2, n_citations_b=2)

    assert len(check(found, facts)) == len(check(swap_sides(found), facts))


@given(st.integers(0, 100), st.integers(0, 30), st.integers(0, 30))
def test_the_share_of_sources_to_check_is_exact(percent: int, n_a: int, n_b: int) -> None:
    table = small().citations
    assert table is not None
    rubric = replace(
        small(),
        citations=replace(table, required_share=percent / 100, minimum_checked_if_any=0),
    )
    wanted = ceil(Fraction(percent, 100) * (n_a + n_b))

    found = check(
        answer("citations.a.1", "citations.a.2"),
        PromptFacts(n_citations_a=n_a, n_citations_b=n_b),
        rubric,
    )

    told = [rule for rule in found if "check at least" in rule]
    assert len(told) == (wanted > 0)
    assert all(f"at least {wanted} of {counted(n_a + n_b, 'source')};" in rule for rule in told)


def test_an_answer_that_was_just_read_is_not_read_again() -> None:
    read = answer()
    made_up = replace(read, reasons=("made up",))

    assert [one.partition(":")[0] for one in check(made_up)] == ["reasons"]
    assert check_answer(small(), made_up, CITED, is_as_read=True) == []
    assert check_answer(small(), read, CITED, is_as_read=True) == []
