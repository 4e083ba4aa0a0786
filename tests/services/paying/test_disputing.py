"""Disputes: who may open and answer them, on which clock, and what reaches the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.pay.disputes import DisputeLevel, DisputeState, DisputeStep
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.models import AuditEvent, PayEntry, Person
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.paying.booking import book
from evalhub.services.paying.disputing import (
    answer_dispute,
    appeal,
    open_dispute,
    open_disputes,
    own_disputes,
)
from tests.factories import make_person, make_project

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = timedelta(days=1)


def acting(person: Person, *roles: Role) -> Actor:
    return Actor(person.id, person.name, frozenset(roles))


@dataclass
class Case:
    """An expert whose ten minutes over the cap went unpaid, and those who may answer."""

    session: Session
    now: datetime
    expert: Actor
    coordinator: Actor
    admin: Actor

    def open(
        self, key: str = "over", words: str = "The answer was long.", minutes: int = 30
    ) -> int:
        """Dispute an entry."""
        return open_dispute(
            key, words=words, minutes=minutes, actor=self.expert, session=self.session, now=self.now
        )

    def answer(
        self,
        number: int,
        step: DisputeStep,
        *,
        pay: int = 0,
        by: Actor | None = None,
        words: str = "Seen.",
    ) -> None:
        """Answer a dispute, as the coordinator unless another is named."""
        answer_dispute(
            number,
            step,
            words=words,
            minor_units=pay,
            actor=by or self.coordinator,
            session=self.session,
            now=self.now,
        )

    def appeal(self, number: int, by: Actor | None = None) -> None:
        """Appeal a refusal."""
        appeal(
            number,
            words="Read it again.",
            actor=by or self.expert,
            session=self.session,
            now=self.now,
        )

    def booked(self) -> list[tuple[WorkKind, int | None, int, UnpaidReason | None]]:
        """Return the entries that followed the first one."""
        rows = self.session.exec(
            select(PayEntry)
            .where(PayEntry.person_id == self.expert.person_id)
            .order_by(sa.text("id"))
        ).all()
        return [(one.kind, one.seconds, one.minor_units, one.unpaid_reason) for one in rows[1:]]

    def waiting(self, who: Actor) -> list[int]:
        """Return the disputes that wait for somebody."""
        found = open_disputes(actor=who, session=self.session, now=self.now)
        return [one.id for one in found]


@pytest.fixture
def case(session: Session, now: datetime) -> Case:
    expert, coordinator, admin = (make_person(session) for _ in range(3))
    project = make_project(session, slug="acute")
    project.pay_minor_units, project.expected_minutes = 1_000, 10
    session.flush()
    entry = Entry("over", WorkKind.COMPARISON, 600, 0, "USD", UnpaidReason.OVER_CAP)
    book([entry], person_id=expert.id, project_id=project.id, session=session, now=now)
    return Case(
        session,
        now,
        acting(expert, Role.ANNOTATOR),
        acting(coordinator, Role.COORDINATOR),
        acting(admin, Role.ADMIN),
    )


def test_f51_an_upheld_dispute_puts_what_is_owed_on_the_ledger(case: Case) -> None:
    number = case.open()

    case.answer(number, DisputeStep.UPHELD, pay=1_000)

    assert case.booked() == [
        (WorkKind.DISPUTE, 1_800, 3_000, None),
        (WorkKind.ADJUSTMENT, 0, 1_000, None),
    ]
    assert case.waiting(case.coordinator) == []


def test_f51_a_dispute_without_an_answer_goes_up_when_its_time_is_over(case: Case) -> None:
    number = case.open()
    assert case.waiting(case.coordinator) == [number]

    case.now += 6 * DAY

    assert case.waiting(case.coordinator) == []
    assert case.waiting(case.admin) == [number]
    with pytest.raises(Forbidden, match="administration"):
        case.answer(number, DisputeStep.UPHELD)
    case.answer(number, DisputeStep.UPHELD, by=case.admin)


def test_f51_a_refusal_is_appealed_and_overturned(case: Case) -> None:
    number = case.open()
    case.answer(number, DisputeStep.REJECTED)
    assert case.booked() == [(WorkKind.DISPUTE, 1_800, 0, UnpaidReason.DISPUTE)]
    case.appeal(number)
    assert case.waiting(case.coordinator) == []

    case.answer(number, DisputeStep.UPHELD, pay=500, by=case.admin)

    assert case.booked()[1:] == [
        (WorkKind.DISPUTE, -1_800, 0, UnpaidReason.DISPUTE),
        (WorkKind.DISPUTE, 1_800, 3_000, None),
        (WorkKind.ADJUSTMENT, 0, 500, None),
    ]


def test_f51_who_refused_a_dispute_does_not_hear_the_appeal(case: Case) -> None:
    number = case.open()
    case.answer(number, DisputeStep.REJECTED, by=case.admin)
    case.appeal(number)
    second = acting(make_person(case.session, Role.ADMIN), Role.ADMIN)

    waiting = [case.waiting(case.admin), case.waiting(second)]
    with pytest.raises(Forbidden, match="did not decide before"):
        case.answer(number, DisputeStep.UPHELD, by=case.admin)
    case.answer(number, DisputeStep.UPHELD, by=second)

    assert waiting == [[], [number]]


def test_a_second_refusal_is_final_and_books_nothing_twice(case: Case) -> None:
    number = case.open()
    case.answer(number, DisputeStep.REJECTED)
    case.appeal(number)
    case.answer(number, DisputeStep.REJECTED, by=case.admin)

    (view,) = own_disputes(case.expert.person_id or 0, session=case.session, now=case.now)
    assert view.standing.state is DisputeState.CLOSED
    assert [event.step for event in view.events] == [
        DisputeStep.REJECTED,
        DisputeStep.APPEALED,
        DisputeStep.REJECTED,
    ]
    assert len(case.booked()) == 1
    with pytest.raises(Conflict, match="only once"):
        case.appeal(number)


def test_the_most_urgent_dispute_comes_first(case: Case) -> None:
    entry = Entry("later", WorkKind.TRAINING, 60, 0, "USD", UnpaidReason.TRAINING)
    book([entry], person_id=case.expert.person_id or 0, session=case.session, now=case.now)
    later = case.open("later", minutes=0)
    case.now -= DAY
    sooner = case.open()

    assert case.waiting(case.coordinator) == [sooner, later]
    case.answer(later, DisputeStep.UPHELD, pay=100)
    assert case.booked()[-1] == (WorkKind.ADJUSTMENT, 0, 100, None)


def test_every_step_is_audited(case: Case) -> None:
    number = case.open()
    case.answer(number, DisputeStep.REJECTED)
    case.appeal(number)

    actions = case.session.exec(select(AuditEvent.action).order_by(sa.text("sequence"))).all()
    assert list(actions) == ["dispute.open", "dispute.rejected", "dispute.appealed"]


def test_an_entry_is_disputed_once_and_by_its_owner(case: Case) -> None:
    case.open()

    with pytest.raises(Conflict, match="already"):
        case.open()
    case.expert = case.coordinator
    with pytest.raises(NotFound, match="no such entry"):
        case.open()


def test_nobody_answers_in_their_own_case(case: Case) -> None:
    number = case.open()
    both = Actor(case.expert.person_id, "both", frozenset({Role.ANNOTATOR, Role.ADMIN}))

    assert case.waiting(both) == []
    with pytest.raises(Forbidden, match="not by its author"):
        case.answer(number, DisputeStep.UPHELD, by=both)


def test_an_answer_has_a_name(case: Case) -> None:
    number = case.open()

    with pytest.raises(Forbidden, match="signs"):
        case.answer(number, DisputeStep.UPHELD, by=command_actor())


def test_only_the_author_appeals_and_only_a_refusal(case: Case) -> None:
    number = case.open()

    with pytest.raises(Conflict, match="refusal"):
        case.appeal(number)
    with pytest.raises(NotFound, match="of yours"):
        case.appeal(number, by=case.coordinator)
    with pytest.raises(NotFound, match="no such dispute"):
        case.appeal(number + 1)


def test_an_answered_dispute_takes_no_second_answer(case: Case) -> None:
    number = case.open()
    case.answer(number, DisputeStep.UPHELD)

    with pytest.raises(Conflict, match="answered"):
        case.answer(number, DisputeStep.REJECTED)


@pytest.mark.parametrize(
    ("step", "pay", "words"),
    [
        (DisputeStep.REJECTED, 5, "No."),
        (DisputeStep.UPHELD, -1, "Yes."),
        (DisputeStep.APPEALED, 0, "Hm."),
        (DisputeStep.UPHELD, 0, "  "),
        (DisputeStep.UPHELD, 0, "a\x00b"),
    ],
    ids=["money with a refusal", "taken away", "no answer", "no reason", "control"],
)
def test_an_answer_that_breaks_a_rule_changes_nothing(
    case: Case, step: DisputeStep, pay: int, words: str
) -> None:
    number = case.open()

    with pytest.raises(BadInput):
        case.answer(number, step, pay=pay, words=words)

    assert case.waiting(case.coordinator) == [number]
    assert case.booked() == []


@pytest.mark.parametrize("minutes", [-1, 121])
def test_the_time_of_a_dispute_has_bounds(case: Case, minutes: int) -> None:
    with pytest.raises(BadInput, match="between 0 and 120"):
        case.open(minutes=minutes)


def test_its_view_names_who_is_next(case: Case) -> None:
    case.open()

    (view,) = open_disputes(actor=case.admin, session=case.session, now=case.now)

    assert (view.project, view.standing.level) == ("A project", DisputeLevel.COORDINATION)
    assert (view.minutes, view.entry.unpaid_reason) == (30, UnpaidReason.OVER_CAP)
