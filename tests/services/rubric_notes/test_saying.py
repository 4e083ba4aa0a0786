"""Experts report what is unclear and propose better; who reads it, and that it costs nothing."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.rubrics.notes import NoteKind, NoteState
from evalhub.db.models import Assignment, AuditEvent, PayEntry, RubricNotePair
from evalhub.errors import BadInput, NotFound
from evalhub.services.rubric_notes.reading import (
    accepted_by_domain,
    get_note,
    list_open,
    n_decided_lately,
    own_notes,
)
from evalhub.services.rubric_notes.writing import own_comparisons
from tests.factories import make_rubric_version
from tests.services.assigning.conftest import make_campaign
from tests.services.rubric_notes.desk import PROPOSAL, NoteDesk, make_note_desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(session: Session, now: datetime) -> NoteDesk:
    return make_note_desk(session, now)


def test_f15_a_report_lists_against_its_criterion_with_its_pair(desk: NoteDesk) -> None:
    make_rubric_version(desk.session, rubric_id="noise")
    desk.say(tokens=(desk.lease.token,))

    (note,) = desk.read()

    assert (note.criterion, note.version, note.state) == ("correct", "1.0.0", NoteState.OPEN)
    assert (note.kind, note.credit) == (NoteKind.UNCLEAR, "Nightowl")
    assert [(one.project, one.prompt) for one in note.pairs] == [
        (
            desk.campaign.project.slug,
            "p0" if desk.lease.pair_id == desk.campaign.pairs[0].id else "p1",
        )
    ]


def test_f15_a_report_costs_nothing(desk: NoteDesk) -> None:
    def everything() -> list[object]:
        desk.session.expire_all()
        tables = (Assignment, PayEntry, AuditEvent)
        return [row.model_dump() for table in tables for row in desk.session.exec(select(table))]

    before = everything()
    desk.say(tokens=(desk.lease.token,))

    assert everything() == before


def test_f15_an_open_report_is_read_by_its_author_and_those_who_decide(desk: NoteDesk) -> None:
    public_id = desk.say()

    assert [len(desk.read(by)) for by in (desk.owner, desk.coordinator)] == [1, 1]
    assert [one.is_own for one in desk.read(desk.expert)] == [True]
    assert desk.read(desk.other) == []
    with pytest.raises(NotFound):
        get_note("small", public_id, session=desk.session, actor=desk.other)
    with pytest.raises(NotFound):
        get_note("noise", public_id, session=desk.session, actor=desk.owner)


@pytest.mark.parametrize(
    ("state", "is_read"), [(NoteState.ANSWERED, True), (NoteState.DECLINED, False)]
)
def test_f15_what_is_answered_helps_everybody(
    desk: NoteDesk, *, state: NoteState, is_read: bool
) -> None:
    public_id = desk.say()

    desk.decide(public_id, state, by=desk.coordinator)

    assert bool(desk.read(desk.other)) is is_read
    (own,) = own_notes(session=desk.session, actor=desk.expert)
    assert (own.state, own.decisions[0].words) == (state, "Mixed, since the half counts.")


def test_what_waits_comes_first(desk: NoteDesk) -> None:
    first, second = desk.say(), desk.say(PROPOSAL)
    desk.decide(second)

    assert [one.public_id for one in desk.read()] == [first, second]
    assert [one.public_id for one in list_open(session=desk.session, actor=desk.owner)] == [first]


def test_f15_the_author_is_told_for_fourteen_days(desk: NoteDesk) -> None:
    desk.decide(desk.say())

    def told(person_id: int, days: int) -> int:
        moment = desk.now + timedelta(days=days)
        return n_decided_lately(person_id, session=desk.session, now=moment)

    assert [told(desk.expert_id, days) for days in (0, 13, 14)] == [1, 1, 0]
    assert told(desk.other.person_id or 0, 0) == 0


def test_f52_accepted_proposals_are_counted_by_domain_and_reports_are_not(desk: NoteDesk) -> None:
    for state in (NoteState.ACCEPTED, NoteState.DECLINED):
        desk.decide(desk.say(PROPOSAL), state)
    desk.decide(desk.say(), NoteState.ANSWERED)

    assert accepted_by_domain(desk.expert_id, session=desk.session) == {"general": 1}
    assert accepted_by_domain(desk.other.person_id or 0, session=desk.session) == {}


def test_own_comparisons_are_offered_the_one_asked_for_first(desk: NoteDesk) -> None:
    person = desk.campaign.people[0]
    noise = make_campaign(desk.session, n_people=0)
    desk.session.flush()

    (only,) = own_comparisons(
        "small", person_id=person.id, session=desk.session, first=(desk.lease.token,)
    )

    assert only.token == desk.lease.token
    assert own_comparisons("small", person_id=desk.other.person_id or 0, session=desk.session) == []
    assert noise.project.title != ""


@pytest.mark.parametrize("whose", ["another's", "made up"])
def test_only_own_comparisons_can_be_pointed_at(desk: NoteDesk, whose: str) -> None:
    token = desk.campaign.must_lease(desk.campaign.people[1], desk.now).token

    with pytest.raises(BadInput) as caught:
        desk.say(tokens=(desk.lease.token, token if whose == "another's" else "x"))

    assert caught.value.problems[0].where == "pairs"


def test_what_breaks_a_rule_is_named_and_nothing_is_kept(desk: NoteDesk) -> None:
    with pytest.raises(BadInput) as caught:
        desk.say(words="?", criterion="kindness")

    assert [one.where for one in caught.value.problems] == ["words", "criterion"]
    assert desk.read() == []
    assert desk.session.exec(select(RubricNotePair)).all() == []


def test_a_note_sent_twice_is_one_until_it_is_decided(desk: NoteDesk) -> None:
    about = (desk.lease.token,)
    first = desk.say(tokens=about)

    again, other = desk.say(tokens=about), desk.say()

    assert again == first != other
    assert len(desk.read()) == 2
    desk.decide(first)
    assert desk.say(tokens=about) not in {first, other}
