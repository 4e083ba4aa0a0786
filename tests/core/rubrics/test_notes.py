"""Rules of what experts say of rubrics: what a note holds, and what may become of it."""

from dataclasses import replace

import pytest

from evalhub.core.rubrics.notes import (
    MAX_PAIRS,
    PROPOSALS,
    REPORTS,
    NewNote,
    NoteKind,
    NoteState,
    check_note,
    check_words,
    next_states,
    state_after,
)

GOOD = NewNote(NoteKind.UNCLEAR, "correct", "Is a half right answer wrong or mixed?")


def test_f15_a_report_on_a_criterion_is_sound() -> None:
    assert check_note(GOOD, {"correct", "clear"}) == []
    assert check_note(replace(GOOD, criterion=""), set()) == []


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ({"words": "Unclear."}, "words"),
        ({"words": "x" * 4_001}, "words"),
        ({"words": "Is it wrong\x07 or mixed?"}, "words"),
        ({"criterion": "kindness"}, "criterion"),
        ({"credit": "x" * 81}, "credit"),
        ({"credit": "two\nlines"}, "credit"),
        ({"credit": "\u3164"}, "credit"),
        ({"tokens": tuple(map(str, range(MAX_PAIRS + 1)))}, "pairs"),
    ],
    ids=[
        "too short",
        "too long",
        "control",
        "no criterion",
        "long name",
        "two lines",
        "blank",
        "pairs",
    ],
)
def test_f15_what_cannot_be_kept_is_named(fault: dict[str, str], where: str) -> None:
    (problem,) = check_note(replace(GOOD, **fault), {"correct"})  # type: ignore[arg-type]  # one field each

    assert problem.where == where


def test_blanks_around_words_count_for_nothing() -> None:
    assert check_words(" " * 20 + "short") != []
    assert check_words("\u200b" * 20) != []
    assert check_words("two\r\nlines of it") == []


def test_f52_every_kind_is_a_report_or_a_proposal() -> None:
    assert {*REPORTS, *PROPOSALS} == set(NoteKind)
    assert not any(kind.is_proposal for kind in REPORTS)


@pytest.mark.parametrize("kind", NoteKind)
def test_f52_a_report_is_answered_and_a_proposal_accepted(kind: NoteKind) -> None:
    first = next_states(kind, NoteState.OPEN)

    assert (NoteState.ACCEPTED in first) is kind.is_proposal
    assert (NoteState.ANSWERED in first) is not kind.is_proposal
    assert {NoteState.TAKEN_UP, NoteState.DECLINED} < set(first)


def test_f52_an_outcome_is_final_and_what_is_accepted_goes_into_a_version() -> None:
    for state in (NoteState.ANSWERED, NoteState.DECLINED, NoteState.TAKEN_UP):
        assert next_states(NoteKind.WORDING, state) == ()
    assert next_states(NoteKind.WORDING, NoteState.ACCEPTED) == (NoteState.TAKEN_UP,)
    assert state_after([]) is NoteState.OPEN
    assert state_after([NoteState.ACCEPTED, NoteState.TAKEN_UP]) is NoteState.TAKEN_UP
