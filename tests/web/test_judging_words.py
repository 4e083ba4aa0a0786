"""Choices, scales and prompts in words."""

from datetime import date

import pytest

from evalhub.core.judging.answers import CannotJudgeReason, Choice
from evalhub.core.prompts.records import Message, Prompt, Source
from evalhub.core.prompts.vocabulary import Audience, MessageRole, SourceKind
from evalhub.services.judging.today import Earned, Today
from evalhub.web.judging_words import (
    AUDIENCES,
    CANNOT_JUDGE_WORDS,
    CHOICE_WORDS,
    GIST_LENGTH,
    TURN_WORDS,
    WhyRules,
    context_words,
    count_words,
    gist,
    pay_words,
    question_names,
    scale_words,
    time_words,
    today_words,
    verdict_words,
    why_rules,
)
from tests.core.rubrics.small import SMALL, small


def a_prompt(text: str = "What is fever?", **fields: object) -> Prompt:
    return Prompt(
        id="p",
        messages=(Message(MessageRole.USER, text),),
        domain="medicine",
        language="en-GB",
        license="CC-BY-4.0",
        source=Source(SourceKind.WRITTEN),
        **fields,  # type: ignore[arg-type]  # by name
    )


def test_every_known_word_has_words() -> None:
    assert set(CHOICE_WORDS) == set(Choice)
    assert set(CANNOT_JUDGE_WORDS) == set(CannotJudgeReason)
    assert set(TURN_WORDS) == set(MessageRole)
    assert set(AUDIENCES) == set(Audience)


@pytest.mark.parametrize(
    ("label", "split"),
    [
        ("A much better", ("A ", "much better")),
        ("About the same", ("About the ", "same")),
        ("Even", ("", "Even")),
    ],
)
def test_a_scale_says_only_what_its_column_does_not(label: str, split: tuple[str, str]) -> None:
    assert scale_words(label) == split


def test_pay_is_written_or_said_to_be_none() -> None:
    assert (pay_words(1400, "USD"), pay_words(0, "USD")) == ("14.00 USD", "Unpaid")


def test_what_is_open_is_counted_only_so_far() -> None:
    assert (count_words(19), count_words(1_000)) == ("19", "1,000 or more")


def test_a_prompts_context_is_a_phrase() -> None:
    prompt = a_prompt(audience=Audience.PATIENT, jurisdiction="GB-EAW", as_of=date(2026, 11, 21))

    assert context_words(prompt) == "for a patient, GB-EAW, as of 21 November 2026, in English"
    assert context_words(a_prompt()) == "in English"


def test_the_gist_is_short() -> None:
    assert gist(a_prompt("What\nis   fever?")) == "What is fever?"
    assert len(gist(a_prompt("word " * 100))) == GIST_LENGTH


def test_every_question_of_a_rubric_has_a_name() -> None:
    names = question_names(small())

    assert names["competence"] == "Can you judge this?"
    assert names["correct"] == "Correct"
    assert names["flags-a"] == "Flags, answer A"


def test_the_script_learns_when_a_reason_is_needed() -> None:
    needed = "{any: [{field: overall_abs, gte: 3}, {field: flags_any, eq: true}]}"
    old = next(line for line in SMALL.splitlines() if "required_when" in line).partition(": ")[2]

    assert why_rules(small(old, needed).why) == WhyRules(overall=3, for_flags=True)
    assert why_rules(small(old, "{field: veto_override, eq: true}").why).for_override
    assert why_rules(small(old, "{tag: urgent}").why) == WhyRules()


@pytest.mark.parametrize(
    ("choice", "preference", "words"),
    [
        (Choice.A, -3, "A much better"),
        (Choice.B, 1, "B better"),
        (Choice.B, 2, "B"),
        (Choice.TIE, 0, "Same"),
        (Choice.BOTH_BAD, 0, "Both bad"),
        (Choice.CANNOT_JUDGE, None, "Cannot judge"),
    ],
    ids=str,
)
def test_a_verdict_is_said_in_the_rubrics_words(
    choice: Choice, preference: int | None, words: str
) -> None:
    assert verdict_words(small(), choice, preference) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "no time noted"),
        (59, "0\u00a0min active"),
        (2520, "42\u00a0min active"),
        (4380, "1\u00a0h 13\u00a0min"),
    ],
)
def test_a_time_is_written_in_hours_and_minutes(seconds: float, words: str) -> None:
    assert time_words(seconds) == words


@pytest.mark.parametrize(
    ("earned", "words"),
    [
        ((), ("3 answered", "42\u00a0min active")),
        ((Earned("EUR", 1200, 1710),), ("12.00 EUR", "17.10 EUR an hour")),
        ((Earned("EUR", 1200, None),), ("12.00 EUR", "3 answered")),
        (
            (Earned("EUR", 1200, 1710), Earned("JPY", 500, 900)),
            ("12.00 EUR and 500 JPY", "17.10 EUR an hour and 900 JPY an hour"),
        ),
    ],
    ids=["unpaid", "paid", "without a time", "two currencies"],
)
def test_a_day_says_what_it_came_to(earned: tuple[Earned, ...], words: tuple[str, str]) -> None:
    assert today_words(Today(3, 2520.0, earned)) == words
