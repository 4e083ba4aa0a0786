"""Marks have a place in the text as shown, and keep it in the text as stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import (
    Answer,
    Mark,
    RaisedFlag,
    answer_from_json,
    answer_to_json,
    swap_sides,
)
from evalhub.core.judging.checks import PromptFacts, check_answer
from evalhub.core.judging.forms import form_fields, parse_form
from evalhub.core.judging.marking import (
    MAX_MARKS,
    Texts,
    mark_rows,
    placed_fields,
    unplaced,
    with_shown_marks,
    with_stored_marks,
)
from evalhub.core.judging.masking import MASK, Masked, mask
from evalhub.core.rubrics.schema import Rubric
from evalhub.errors import BadInput
from tests.core.judging.forms import Fields, answer, fields
from tests.core.rubrics.small import small

A = "Rest. I am ChatGPT. Take **500 mg** and rest, then rest again."
B = "Do it. Rest."
TEXTS: Texts = {"a": mask(A), "b": mask(B)}
SHOWN = TEXTS["a"].text
FACTS = PromptFacts(
    n_citations_a=2,
    text_a=SHOWN,
    text_b=B,
    hidden_a=TEXTS["a"].hidden,
)


def marked(number: int = 1, /, **parts: str) -> Fields:
    """Return the fields of one mark."""
    given = {"side": "a", "words": "Take 500 mg", "reason": "twice the dose", **parts}
    return [(f"marks.{number}.{part}", value) for part, value in given.items()]


def read(sent: Fields) -> Answer:
    return parse_form(small(), placed_fields(sent, TEXTS))


def rules(sent: Fields) -> list[str]:
    return [problem.rule for problem in unplaced(mark_rows(sent, TEXTS))]


def checked(found: Answer, rubric: Rubric | None = None) -> list[str]:
    problems = check_answer(rubric or small(), found, FACTS)
    return [problem.rule for problem in problems if problem.where == "marks"]


def test_words_become_a_place_with_what_stands_there() -> None:
    start = SHOWN.index("Take")

    found = read(marked())

    assert found.marks == (Mark("a", start, start + 13, "Take **500 mg", reason="twice the dose"),)
    assert rules(marked()) == []


def test_words_that_stand_several_times_are_asked_about() -> None:
    sent = marked(3, words="rest")

    assert rules(sent) == ["mark 3: “rest” stands 2 times in answer A; choose which is meant"]
    assert [SHOWN[slice(*place)] for place in mark_rows(sent, TEXTS)[0].places] == ["rest", "rest"]


@pytest.mark.parametrize("at", ["#2/2", "{0}-{1}"], ids=["turn", "place"])
def test_of_several_places_one_can_be_named(at: str) -> None:
    start = SHOWN.rindex("rest")

    found = read(marked(words="rest", at=at.format(start, start + 4)))

    assert (found.marks[0].start, found.marks[0].quote) == (start, "rest")


@pytest.mark.parametrize("at", ["#3/3", "#3/2", "0-4", "900-904", "4-0", "all of it"])
def test_a_place_that_does_not_fit_the_words_is_not_believed(at: str) -> None:
    assert "stands 2 times" in rules(marked(words="rest", at=at))[0]


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ({"side": "c"}, "mark 1: say in which answer the words stand"),
        ({"side": "b"}, "mark 1: “Take 500 mg” does not stand in answer B; copy it from there"),
        (
            {"words": "x" * 99},
            f"mark 1: “{'x' * 59}…” does not stand in answer A; copy it from there",
        ),
    ],
    ids=["side", "other-answer", "long"],
)
def test_a_mark_without_a_place_is_told_by_its_number(parts: dict[str, str], rule: str) -> None:
    assert rules(marked(**parts)) == [rule]


def test_what_no_mark_may_be_is_not_looked_up() -> None:
    long = marked(1, words="Take 500 mg " * 40)
    many = [field for number in range(1, 31) for field in marked(number)]

    (row,) = mark_rows(long, TEXTS)
    rows = mark_rows(many, TEXTS)

    assert (row.places, row.span) == ((), None)
    assert [bool(one.places) for one in rows] == [True] * 20 + [False] * 10


def test_an_emptied_row_is_no_mark() -> None:
    assert read(marked(words=" ")).marks == ()
    assert parse_form(small(), marked(words="", at="1-2")).marks == ()


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        (marked(reason="", at="1-2"), "mark 1: choose a flag or give a reason"),
        (marked(), "mark 1: its words have no place in an answer"),
        (marked(flag="odd", at="1-2"), "'odd' is not among the answers offered"),
        (marked(words="x" * 401, at="0-401"), "mark 1 has 401 characters; at most 400 are kept"),
        (
            [field for n in range(1, MAX_MARKS + 2) for field in marked(n, at="1-2")],
            "21 marks were sent; at most 20 are kept",
        ),
    ],
    ids=["no-reason", "no-place", "unknown-flag", "long", "many"],
)
def test_a_mark_that_no_page_sends_is_refused(sent: Fields, rule: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_form(small(), sent)

    assert rule in str(refused.value)
    assert {problem.where for problem in refused.value.problems} == {"marks"}


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        (Mark("a", 0, 4, "Rest", reason="x"), ""),
        (
            Mark("a", 0, 4, "rest", reason="x"),
            "characters 0 to 4 of answer A read “Rest”, not “rest”",
        ),
        (Mark("b", 7, 99, "Rest.", reason="x"), "answer B, which has 12, are no place in it"),
        (Mark("b", 4, 4, "Rest", reason="x"), "are no place in it"),
        (Mark("a", 6, 8, MASK[:2], reason="x"), "lies across a masked name"),
        (Mark("b", 7, 11, "Rest", "rude"), "mark 1: tick “Rude” for answer B too"),
    ],
    ids=["right", "other-words", "past-the-end", "empty", "mask", "flag-not-ticked"],
)
def test_a_place_is_checked_against_the_text(mark: Mark, rule: str) -> None:
    sent = fields(flags__b="harmful", flags__b__harmful__quote="Do it.")
    found = parse_form(small(), [*sent, *form_fields(Answer(marks=(mark,)))])

    told = checked(found)

    assert len(told) == bool(rule)
    assert rule in "".join(told)


def test_marks_are_checked_beside_cannot_judge_too() -> None:
    sent = [("overall", "cannot_judge"), ("cannot_judge_reason", "contested")]

    assert len(checked(parse_form(small(), [*sent, *marked(at="1-2")]))) == 1


def test_a_flag_without_words_takes_those_of_its_mark() -> None:
    mark = marked(side="b", words="Do it.", flag="harmful", reason="")

    found = read([*fields("flags.b.harmful.quote"), *mark])

    assert found.flags_b.raised[0] == RaisedFlag("harmful", "Do it.")
    assert check_answer(small(), found, FACTS) == []


def test_a_mark_across_a_mask_has_no_stored_place() -> None:
    start = SHOWN.index(MASK)

    assert TEXTS["a"].stored_span((start - 2, start + 1)) is None
    assert TEXTS["a"].stored_span((start + 3, start + 40)) is None
    assert TEXTS["a"].stored_span((start - 2, start)) == (start - 2, start)


def test_what_is_masked_later_is_not_shown_again() -> None:
    stored = Answer(marks=(Mark("a", 0, 19, A[:19], reason="names itself"),))

    assert with_shown_marks(stored, TEXTS).marks == ()
    assert with_shown_marks(stored, {"a": Masked(A)}).marks == stored.marks


NAMED = st.lists(st.sampled_from(["Rest. ", "I am ChatGPT. ", "As Claude, no. ", "Go on. "]))


@given(NAMED, st.data())
def test_a_place_in_the_shown_text_is_one_in_the_stored_text(
    pieces: list[str], data: st.DataObject
) -> None:
    text = "".join(["Well. ", *pieces])
    masked = mask(text)
    start = data.draw(st.integers(0, len(masked.text) - 1))
    end = data.draw(st.integers(start + 1, len(masked.text)))

    stored = masked.stored_span((start, end))

    if stored is not None:
        assert text[slice(*stored)] == masked.text[start:end]
        assert masked.shown_span(stored) == (start, end)
    else:
        assert any(char in masked.text[start:end] for char in MASK)


def test_marks_are_stored_and_read_back_turned_and_written_as_fields() -> None:
    found = read([*fields(), *marked(), *marked(2, side="b", words="Rest", reason="vague")])
    stored = with_stored_marks(found, TEXTS)

    assert with_shown_marks(stored, TEXTS) == found
    assert answer_from_json(answer_to_json(stored)) == stored
    assert [mark.side for mark in swap_sides(stored).marks] == ["b", "a"]
    assert swap_sides(swap_sides(stored)) == stored
    assert parse_form(small(), form_fields(found)) == found
    assert A[slice(stored.marks[0].start, stored.marks[0].end)] == stored.marks[0].quote


def test_an_answer_without_marks_is_written_as_before_there_were_any() -> None:
    assert "marks" not in canonical_json(answer_to_json(answer()))
