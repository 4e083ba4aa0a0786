"""Marks are stored at their places in the stored text, and come back at those that are shown."""

import json

import pytest
from sqlmodel import Session, col, select

from evalhub.core.judging.answers import Mark, answer_from_json
from evalhub.db.models import Judgment, Pair, Response
from evalhub.errors import BadInput
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.sheets import Sheet, get_sheet
from evalhub.services.judging.submitting import SubmissionKind
from tests.services.judging.conftest import FORM, Desk, Form

TEXT = "I am ChatGPT, a large language model. Take **500 mg**, then rest, then rest."


@pytest.fixture
def marking(desk: Desk) -> Desk:
    """Give a desk whose answers name their model before anything that can be marked."""
    pair = desk.session.get_one(Pair, desk.lease.pair_id)
    for response_id in (pair.response_x_id, pair.response_y_id):
        desk.session.get_one(Response, response_id).text = TEXT
    desk.session.flush()
    return desk


def marked(**parts: str) -> Form:
    given = {"side": "a", "words": "Take 500 mg", "reason": "twice the dose", **parts}
    return [*FORM, *((f"marks.1.{part}", value) for part, value in given.items())]


def marks_in(session: Session) -> list[tuple[Mark, ...]]:
    rows = session.exec(select(Judgment).order_by(col(Judgment.id)))
    return [answer_from_json(json.loads(row.answer)).marks for row in rows]


def sheet(desk: Desk) -> Sheet:
    return get_sheet(
        desk.lease.token, person_id=desk.lease.person_id, session=desk.session, now=desk.now
    )


def test_a_mark_is_stored_by_its_place_in_the_stored_text(marking: Desk) -> None:
    marking.submit(marked())

    start = TEXT.index("Take")
    mark = Mark("a", start, start + 13, "Take **500 mg", reason="twice the dose")
    assert marks_in(marking.session) == [(mark,)]


def test_a_change_shows_the_mark_at_its_place_in_the_shown_text(marking: Desk) -> None:
    marking.submit(marked())

    shown = sheet(marking)

    start = shown.matter.a.text.index("Take")
    assert ("marks.1.at", f"{start}-{start + 13}") in shown.fields
    assert shown.answer is not None
    assert shown.answer.marks[0].start == start
    assert "ChatGPT" not in str(shown.fields)


def test_marks_are_added_to_and_never_overwritten(marking: Desk) -> None:
    marking.submit(marked())

    again = marking.submit(list(sheet(marking).fields))
    changed = marking.submit(marked(reason="half the dose"), over=1)
    taken_away = marking.submit(FORM, over=2)

    kinds = [again.kind, changed.kind, taken_away.kind]
    assert kinds == [SubmissionKind.REPEATED, SubmissionKind.REVISED, SubmissionKind.REVISED]
    reasons = [[mark.reason for mark in marks] for marks in marks_in(marking.session)]
    assert reasons == [["twice the dose"], ["half the dose"], []]


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ({"words": "rest"}, "mark 1: “rest” stands 2 times in answer A; choose which is meant"),
        ({"words": "ChatGPT"}, "mark 1: “ChatGPT” does not stand in answer A"),
        ({"words": "itself]"}, "lies across a masked name"),
        ({"flag": "harmful"}, "mark 1: tick “Harmful” for answer A too"),
    ],
    ids=["twice", "masked-name", "mask", "flag-not-ticked"],
)
def test_a_mark_without_a_sound_place_is_refused_whole(
    marking: Desk, parts: dict[str, str], rule: str
) -> None:
    with pytest.raises(BadInput) as refused:
        marking.submit(marked(**parts))

    assert rule in str(refused.value)
    assert [problem.where for problem in refused.value.problems] == ["marks"]
    assert marks_in(marking.session) == []


def test_a_draft_keeps_marks_as_they_were_typed(marking: Desk) -> None:
    save_draft(
        marking.lease.token,
        marked(words="rest"),
        person_id=marking.lease.person_id,
        session=marking.session,
        now=marking.now,
    )

    assert ("marks.1.words", "rest") in sheet(marking).fields


def test_what_turns_out_to_lie_outside_the_field_keeps_no_unchecked_mark(marking: Desk) -> None:
    marking.submit()

    away = [field for field in marked(at="7000-7001") if field[0] != "triage.competence"]
    marking.submit([*away, ("triage.competence", "out_of_scope")], over=1)

    assert marks_in(marking.session) == [(), ()]
