from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.answers import (
    Answer,
    CannotJudgeReason,
    Choice,
    CitationCheck,
    ComparedCriterion,
    NotApplicable,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
    TriageAnswer,
)
from evalhub.core.judging.form_reading import IGNORED_FIELDS
from evalhub.core.judging.forms import form_fields, parse_form
from evalhub.errors import BadInput
from tests.core.judging.forms import Fields, answer, any_fields, fields
from tests.core.rubrics.small import small, without_citations

names = st.sampled_from([name for name, _ in fields()])


def refusals(sent: Fields) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        parse_form(small(), sent)
    return [(problem.where, problem.rule) for problem in caught.value.problems]


def test_a_complete_form_becomes_a_typed_answer() -> None:
    assert answer() == Answer(
        triage=(TriageAnswer("competence", "in_scope"),),
        flags_a=SideFlags(none_ticked=True),
        flags_b=SideFlags(raised=(RaisedFlag("harmful", "Do it."), RaisedFlag("rude"))),
        citations_a=(CitationCheck(1, "supports"), CitationCheck(2, "not_checked")),
        rated=(RatedCriterion("correct", 5, 3),),
        compared=(ComparedCriterion("clear", -2),),
        choice=Choice.A,
        preference=-3,
        confidence=2,
        reasons=("correct", "clear"),
        why="A is right and B would hurt.",
    )


def test_an_empty_form_is_an_empty_answer() -> None:
    assert parse_form(small(), []) == Answer()
    assert parse_form(small(), [("overall", ""), ("confidence", "")]) == Answer()


def test_fields_of_the_page_are_passed_over() -> None:
    assert parse_form(small(), [(name, "anything") for name in IGNORED_FIELDS]) == Answer()


@pytest.mark.parametrize(
    ("overall", "choice", "preference"),
    [
        ("-1", Choice.A, -1),
        ("3", Choice.B, 3),
        ("0", Choice.TIE, 0),
        ("both_good", Choice.BOTH_GOOD, 0),
        ("both_bad", Choice.BOTH_BAD, 0),
        ("cannot_judge", Choice.CANNOT_JUDGE, None),
    ],
)
def test_the_overall_answer_gives_choice_and_preference(
    overall: str, choice: Choice, preference: int | None
) -> None:
    found = answer(overall=overall)

    assert (found.choice, found.preference) == (choice, preference)


def test_a_criterion_can_be_marked_as_not_applying() -> None:
    found = answer(criteria__clear="na", criteria__prompt_help__a="na")

    assert found.compared == (ComparedCriterion("clear", NotApplicable.NA),)
    assert found.rated[1] == RatedCriterion("prompt_help", NotApplicable.NA, None)


def test_what_the_page_hides_is_dropped() -> None:
    found = answer(flags__a__rude__quote="unticked", cannot_judge_reason="contested")

    assert found.flags_a == SideFlags(none_ticked=True)
    assert found.cannot_judge_reason is None


def test_the_reason_for_not_judging_is_typed() -> None:
    found = answer(overall="cannot_judge", cannot_judge_reason="contested")

    assert found.cannot_judge_reason is CannotJudgeReason.CONTESTED


def test_text_keeps_its_lines_and_loses_its_margins() -> None:
    assert answer(why__text="  one\r\ntwo\rthree \n").why == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("name", "value", "where", "rule"),
    [
        ("model", "gpt", "form", "it does not ask for 'model'"),
        ("triage.other", "x", "form", "it does not ask for 'triage.other'"),
        ("flags.c", "none", "form", "it does not ask for 'flags.c'"),
        ("citations.a.0", "supports", "form", "it does not ask for 'citations.a.0'"),
        ("citations.a.99999", "supports", "form", "it does not ask for 'citations.a.99999'"),
        ("criteria.correct", "1", "form", "it does not ask for 'criteria.correct'"),
        ("criteria.clear.a", "1", "form", "it does not ask for 'criteria.clear.a'"),
        ("triage.urgency", "never", "urgency", "'never' is not among the answers offered"),
        ("flags.a", "loud", "flags-a", "'loud' is not among the answers offered"),
        ("citations.b.1", "maybe", "cites-b", "'maybe' is not among the answers offered"),
        ("criteria.correct.a", "2", "correct", "'2' is not among the answers offered"),
        ("criteria.correct.a", "na", "correct", "'na' is not among the answers offered"),
        ("criteria.clear", "+1", "clear", "'+1' is not among the answers offered"),
        ("criteria.kind", "na", "kind", "'na' is not among the answers offered"),
        ("overall", "2", "overall", "'2' is not among the answers offered"),
        ("overall", "\u0663", "overall", "'\\u0663' is not among the answers offered"),
        (
            "cannot_judge_reason",
            "tired",
            "cannot-judge",
            "'tired' is not among the answers offered",
        ),
        ("confidence", "9", "confidence", "'9' is not among the answers offered"),
        ("why.reasons", "tone", "reasons", "'tone' is not among the answers offered"),
        ("why.text", "a\x00b", "why", "holds an invisible control character"),
        ("why.text", "\ud800", "why", "holds an invisible control character"),
        ("why.text", "x" * 20_001, "why", "has 20,001 characters; at most 20,000 are kept"),
        ("flags.a.rude.quote", "x" * 401, "flags-a", "has 401 characters; at most 400 are kept"),
    ],
    ids=lambda value: value[:30].encode("ascii", "replace").decode(),
)
def test_what_the_form_cannot_send_is_refused_at_its_question(
    name: str, value: str, where: str, rule: str
) -> None:
    sent = [field for field in fields() if field[0] != name] + [(name, value)]

    ((place, told),) = refusals(sent)

    assert place == where
    assert told.startswith(rule)


def test_one_question_cannot_have_two_answers() -> None:
    (refusal,) = refusals([*fields(), ("overall", "1")])

    assert refusal == ("overall", "2 answers were sent; choose one")


def test_every_refusal_is_reported() -> None:
    found = refusals(fields(overall="9", confidence="9", bogus="1"))

    assert [where for where, _ in found] == ["overall", "confidence", "form"]


def test_a_rubric_without_citations_takes_none() -> None:
    with pytest.raises(BadInput, match=r"does not ask for 'citations\.a\.1'"):
        parse_form(without_citations(), [("citations.a.1", "supports")])


@settings(deadline=None)
@given(any_fields(small()))
def test_a_form_read_written_and_read_again_is_the_same(sent: Fields) -> None:
    found = parse_form(small(), sent)

    assert parse_form(small(), form_fields(found)) == found


@settings(deadline=None)
@given(any_fields(small()), st.randoms())
def test_the_order_of_the_fields_does_not_matter(sent: Fields, random: Random) -> None:
    shuffled = sent.copy()
    random.shuffle(shuffled)

    assert parse_form(small(), shuffled) == parse_form(small(), sent)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())) | st.lists(st.tuples(names, st.text())))
def test_anything_sent_ends_in_an_answer_or_bad_input(sent: Fields) -> None:
    with suppress(BadInput):
        assert isinstance(parse_form(small(), sent), Answer)
