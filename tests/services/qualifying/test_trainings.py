"""Trainings: published under floors, taken step by step, paid once, and asked for by projects."""

import json
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from evalhub.core.pay.tiers import Floors, parse_floors
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.qualifying.requirements import LackKind, Requirement
from evalhub.core.qualifying.trainings import Outcome
from evalhub.db.engine import Database
from evalhub.db.models import PayEntry, TrainingResult, TrainingRound, TrainingStep
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, StaleForm
from evalhub.services.assigning.work import list_withheld
from evalhub.services.qualifying.bulk import qualifications_of_people
from evalhub.services.qualifying.letting_in import qualifications_of
from evalhub.services.qualifying.training_rounds import (
    StandingRound,
    finish_step,
    own_training,
    own_trainings,
    start_round,
)
from evalhub.services.qualifying.trainings import (
    StandingTraining,
    get_training,
    list_trainings,
    publish_training,
)
from tests.core.qualifying.test_trainings import document
from tests.factories import add_member, make_person, make_requirement
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import small_rubric
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import Both, actions, make_both
from tests.writing import n_statements

FLOORS = parse_floors("general=20 USD, professional=20 USD, coding_stem=20 USD")
SLUG = "medicine-intro"


def publish(
    session: Session,
    now: datetime,
    *,
    floors: Floors = FLOORS,
    over: int | None = None,
    **changes: object,
) -> StandingTraining:
    """Publish a training of one page and two pairs."""
    return publish_training(
        json.dumps(document(**changes)),
        where="t.json",
        floors=floors,
        over=over,
        session=session,
        actor=command_actor(),
        now=now,
    )


@pytest.fixture
def both(session: Session, now: datetime) -> Both:
    small_rubric(session)
    publish(session, now, slug="noise", title="Another")
    publish(session, now)
    return make_both(session)


def start(both: Both, session: Session, now: datetime, *, seen: int = 1) -> StandingRound:
    return start_round(
        both.expert.id, SLUG, seen=seen, session=session, actor=both.as_expert, now=now
    )


def step(
    both: Both,
    session: Session,
    now: datetime,
    position: int,
    preference: int | None = None,
    *,
    seen: int | None = None,
) -> StandingRound:
    latest = own_training(both.expert.id, SLUG, session=session).latest
    return finish_step(
        both.expert.id,
        SLUG,
        position,
        preference,
        seen=seen or (latest.id if latest else 0),
        session=session,
        actor=both.as_expert,
        now=now,
    )


def take(both: Both, session: Session, now: datetime, *preferences: int, seen: int = 1) -> None:
    """Go through a whole round, a minute a step."""
    start(both, session, now, seen=seen)
    for position, preference in enumerate((None, *preferences)):
        step(both, session, now + timedelta(minutes=position + 1), position, preference)


def booked(session: Session) -> list[tuple[int | None, int, UnpaidReason | None]]:
    rows = session.exec(select(PayEntry).order_by(col(PayEntry.id)))
    return [(row.seconds, row.minor_units, row.unpaid_reason) for row in rows]


def test_f57_training_minutes_are_paid(both: Both, session: Session, now: datetime) -> None:
    take(both, session, now, -1, 3)

    assert booked(session) == [(60, 333, None), (60, 333, None), (60, 334, None)]
    entry = session.exec(select(PayEntry)).first()
    assert entry is not None
    assert (entry.person_id, entry.kind, entry.currency) == (
        both.expert.id,
        WorkKind.TRAINING,
        "USD",
    )


def test_f57_who_stops_half_way_was_paid_for_that_half(
    both: Both, session: Session, now: datetime
) -> None:
    start(both, session, now)
    step(both, session, now + timedelta(minutes=2), 0)

    assert booked(session) == [(120, 333, None)]
    assert own_training(both.expert.id, SLUG, session=session).is_running


def test_f57_a_night_between_two_steps_counts_as_the_expected_minutes(
    both: Both, session: Session, now: datetime
) -> None:
    start(both, session, now)
    step(both, session, now + timedelta(hours=14), 0)

    assert booked(session) == [(600, 333, None)]


def test_f57_a_step_sent_twice_is_booked_once_and_the_first_answer_stands(
    both: Both, session: Session, now: datetime
) -> None:
    start(both, session, now)
    step(both, session, now + timedelta(minutes=1), 0)
    for preference in (-1, 3):
        found = step(both, session, now + timedelta(minutes=2), 1, preference)

    assert found.answers == {0: 0, 1: -1}
    assert len(booked(session)) == 2


def test_f57_no_pair_is_judged_before_the_page_that_teaches_it(
    both: Both, session: Session, now: datetime
) -> None:
    start(both, session, now)
    for position, preference in ((1, -1), (2, 3)):
        with pytest.raises(Conflict, match="Do the steps before this one first"):
            step(both, session, now, position, preference)

    assert booked(session) == []
    assert step(both, session, now, 0).next_position == 1


def test_f57_a_clock_that_was_set_back_pays_a_step_once_and_takes_no_minute(
    both: Both, session: Session, now: datetime
) -> None:
    start(both, session, now)
    step(both, session, now - timedelta(hours=1), 0)
    step(both, session, now - timedelta(hours=1), 0)
    step(both, session, now - timedelta(minutes=58), 1, -1)

    assert booked(session) == [(0, 333, None), (120, 333, None)]


def test_f57_a_start_sent_twice_leads_to_the_round_it_started(
    both: Both, session: Session, now: datetime
) -> None:
    first, again = start(both, session, now), start(both, session, now + timedelta(minutes=1))

    assert (again.id, again.number) == (first.id, 1)
    assert actions(session).count("training.start") == 1


def test_f57_the_same_training_published_again_offers_no_pay_again(
    both: Both, session: Session, now: datetime
) -> None:
    take(both, session, now, -1, 3)

    twice = [publish(session, now), publish(session, now, over=1), publish(session, now, over=0)]

    assert {one.number for one in twice} == {1}
    assert not own_training(both.expert.id, SLUG, session=session).can_start
    assert actions(session).count("training.publish") == 2


def test_f57_an_old_page_answers_nothing_in_the_next_round(
    both: Both, session: Session, now: datetime
) -> None:
    first = start(both, session, now)
    for position, preference in enumerate((None, 3, 0)):
        step(both, session, now, position, preference)
    second = start(both, session, now)
    step(both, session, now, 0)

    with pytest.raises(StaleForm, match="begun another round"):
        step(both, session, now, 1, 3, seen=first.id)

    assert step(both, session, now, 1, -1, seen=second.id).answers == {0: 0, 1: -1}


def test_f57_another_round_is_unpaid_and_teaches_all_the_same(
    both: Both, session: Session, now: datetime
) -> None:
    take(both, session, now, 3, 0)
    own = own_training(both.expert.id, SLUG, session=session)
    later = now + timedelta(days=1)
    take(both, session, later, -1, 3)

    assert (own.is_passed, own.can_start, own.would_be_paid) == (False, True, False)
    assert booked(session)[3:] == [(60, 0, UnpaidReason.TRAINING)] * 3
    after = own_training(both.expert.id, SLUG, session=session)
    assert (after.is_passed, after.can_start) == (True, False)
    results = session.exec(select(TrainingResult).order_by(col(TrainingResult.id))).all()
    assert [(row.n_right, row.n_items, row.is_passed) for row in results] == [
        (0, 2, False),
        (2, 2, True),
    ]


def test_f57_live_work_is_claimed_only_after_the_calibration_is_passed(
    both: Both, session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    make_requirement(session, campaign.project, Requirement(trainings=(SLUG,)))
    add_member(session, campaign.project, both.expert)

    def lacks() -> list[LackKind]:
        withheld = list_withheld(both.expert.id, session=session, now=now)
        return [lack for one in withheld for lack in one.lacks]

    take(both, session, now, 3, 0)
    assert lacks() == [LackKind.TRAINING]
    with pytest.raises(Forbidden, match="training that you have not finished"):
        campaign.lease(both.expert, now)
    take(both, session, now, -1, 3)

    assert lacks() == []
    assert campaign.lease(both.expert, now) is not None


def test_f23_whoever_has_begun_keeps_the_version_and_its_pay(
    both: Both, session: Session, now: datetime
) -> None:
    begun = start(both, session, now)
    publish(session, now, pay_minor_units=3000)

    with pytest.raises(Conflict, match="begun this training"):
        start(both, session, now, seen=2)
    found = step(both, session, now + timedelta(minutes=1), 0)

    assert found.standing.id == begun.standing.id
    assert booked(session) == [(60, 333, None)]


def test_a_new_version_may_be_taken_and_is_paid(
    both: Both, session: Session, now: datetime
) -> None:
    take(both, session, now, -1, 3)
    publish(session, now, pay_minor_units=3000)

    own = own_training(both.expert.id, SLUG, session=session)

    assert (own.is_passed, own.can_start, own.would_be_paid) == (True, True, True)
    take(both, session, now + timedelta(days=1), 3, 0, seen=2)
    # What was passed stays passed, whatever a later version finds.
    assert own_training(both.expert.id, SLUG, session=session).is_passed


def test_pay_that_was_not_seen_is_not_agreed_to(
    both: Both, session: Session, now: datetime
) -> None:
    publish(session, now, pay_minor_units=1001)

    with pytest.raises(StaleForm, match="changed since you opened"):
        start(both, session, now, seen=1)


@pytest.mark.parametrize(
    ("position", "preference", "error"),
    [(1, None, BadInput), (1, 2, BadInput), (3, 1, NotFound), (-1, 1, NotFound)],
    ids=["no answer", "no point of the scale", "after the last", "before the first"],
)
def test_a_step_that_is_none_is_refused(
    both: Both,
    session: Session,
    now: datetime,
    position: int,
    preference: int | None,
    error: type[Exception],
) -> None:
    start(both, session, now)
    step(both, session, now, 0)

    with pytest.raises(error):
        step(both, session, now, position, preference)
    assert len(session.exec(select(TrainingStep)).all()) == 1


def test_nothing_is_kept_before_the_start(both: Both, session: Session, now: datetime) -> None:
    with pytest.raises(Conflict, match="not started"):
        step(both, session, now, 0)
    with pytest.raises(NotFound, match="no such training"):
        own_training(both.expert.id, "none", session=session)


def test_every_act_stands_in_the_audit_log(both: Both, session: Session, now: datetime) -> None:
    take(both, session, now, -1, 3)

    assert actions(session)[-4:] == [
        "training.publish",
        "training.publish",
        "training.start",
        "training.finish",
    ]


def test_trainings_are_listed_in_one_statement(both: Both, session: Session, now: datetime) -> None:
    publish(session, now, title="Second")
    session.expunge_all()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(session.connection(), "before_cursor_execute", note)

    found = list_trainings(session=session)

    assert [(one.training.title, one.number) for one in found] == [("Another", 1), ("Second", 2)]
    assert len(asked) == 1


def test_own_trainings_are_all_of_them(both: Both, session: Session, now: datetime) -> None:
    take(both, session, now, -1, 3)

    found = own_trainings(both.expert.id, session=session)

    assert [(one.standing.training.slug, one.is_passed) for one in found] == [
        ("noise", False),
        (SLUG, True),
    ]
    assert found[0].latest is None
    assert found[1].latest is not None
    assert found[1].latest.outcome == Outcome(2, 2, is_passed=True)
    assert found[1].latest.next_position is None


def test_f53_who_passed_a_training_counts_among_those_who_may_judge(
    both: Both, session: Session, now: datetime
) -> None:
    take(both, session, now, -1, 3)
    people = [both.expert.id, make_person(session).id]

    found = qualifications_of_people(people, session=session, now=now)

    assert [found[one].trained for one in people] == [{SLUG}, set()]
    assert [qualifications_of(one, session=session).trained for one in people] == [{SLUG}, set()]


def test_own_trainings_cost_as_many_statements_however_many_there_are(
    both: Both, session: Session, now: datetime
) -> None:
    person_id = both.expert.id

    def asked() -> int:
        return n_statements(session, lambda: own_trainings(person_id, session=session))

    few = asked()
    for n in range(3):
        publish(session, now, slug=f"more-{n}", title=f"More {n}")
    take(both, session, now, -1, 3)

    assert asked() - few <= 2  # The steps and the version of a round, once there is one.


def test_f18_a_training_under_the_floor_of_its_rubric_is_refused(
    both: Both, session: Session, now: datetime
) -> None:
    with pytest.raises(BadInput, match=r"comes to 19\.98 USD an hour"):
        publish(session, now, pay_minor_units=999)

    unpaid = publish(session, now, pay_minor_units=0)
    assert unpaid.number == 2


def test_a_training_follows_the_version_its_author_had_and_keeps_its_domain(
    both: Both, session: Session, now: datetime
) -> None:
    for over in (0, 2):
        with pytest.raises(StaleForm, match="version 1 of the training medicine-intro"):
            publish(session, now, over=over, title="Other")
    with pytest.raises(StaleForm, match="no training law-intro yet"):
        publish(session, now, over=1, slug="law-intro")
    with pytest.raises(BadInput, match="domain: the training medicine-intro is one of medicine"):
        publish(session, now, domain="law")

    assert get_training(SLUG, session=session).number == 1
    assert publish(session, now, over=1, title="Other").number == 2
    assert publish(session, now, over=0, slug="law-intro", domain="law").number == 1


def test_trainings_are_published_by_those_who_decide(
    both: Both, session: Session, now: datetime
) -> None:
    def by(actor: Actor) -> None:
        publish_training(
            json.dumps(document(title="Other")),
            where="t.json",
            floors=FLOORS,
            session=session,
            actor=actor,
            now=now,
        )

    by(both.as_coordinator)
    with pytest.raises(Forbidden, match="published by coordinators"):
        by(both.as_expert)
    with pytest.raises(BadInput, match="no rubric version"):
        publish(session, now, rubric="none@1.0.0")

    assert get_training(SLUG, session=session).number == 2
    assert [one.training.slug for one in list_trainings(session=session)] == ["noise", SLUG]


def test_two_starts_at_once_make_one_paid_round(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        small_rubric(session)
        publish(session, now)
        person = make_person(session, Role.ANNOTATOR)
        actor, person_id = actor_of(person, Role.ANNOTATOR), person.id
    gate, begun = threading.Barrier(2), []

    def begin() -> None:
        gate.wait()
        with database.transaction() as session:
            found = start_round(person_id, SLUG, seen=1, session=session, actor=actor, now=now)
            begun.append(found.id)

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(begun) == 2
    with database.transaction(write=False) as session:
        assert [row.id for row in session.exec(select(TrainingRound))] == begun[:1] == begun[1:]
        assert [row.number for row in session.exec(select(TrainingRound))] == [1]
