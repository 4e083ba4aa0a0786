"""One attempt on the server's clock: resumed with what is left, graded blind, reset by a person."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.people import Actor, command_actor
from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.assessments import AttemptState, Share
from evalhub.core.qualifying.items import Key
from evalhub.db.models import AssessmentKey, Attempt, AttemptEvent, PayEntry
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.paying.booking import book
from evalhub.services.qualifying.applying import (
    applications_of,
    begin_assessment,
    decide_application,
)
from evalhub.services.qualifying.assessing import find_assessment, keys_of
from evalhub.services.qualifying.attempts import (
    StandingAttempt,
    extra_minutes_of,
    find_attempt,
    give_extra_time,
    grade_of,
    hand_in,
    reset_attempt,
    save_answer,
    statistics_of,
)
from evalhub.services.qualifying.mending import mend_key
from tests.factories import make_person
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.assessed import RIGHT, make_all, make_assessment
from tests.services.qualifying.people import Both, actions, make_both

HOUR = timedelta(hours=1)


@pytest.fixture
def both(session: Session, now: datetime) -> Both:
    both = make_both(session)
    make_all(session, both, now)
    return both


def begin(both: Both, session: Session, now: datetime) -> StandingAttempt:
    return begin_assessment(
        both.expert.id, "medicine", session=session, actor=both.as_expert, now=now
    )


def save(both: Both, session: Session, now: datetime, answers: dict[int, int]) -> None:
    for position, preference in answers.items():
        save_answer(both.expert.id, "medicine", position, preference, session=session, now=now)


def end(both: Both, session: Session, now: datetime) -> None:
    hand_in(both.expert.id, "medicine", session=session, actor=both.as_expert, now=now)


def standing(both: Both, session: Session, now: datetime) -> StandingAttempt:
    found = find_attempt(both.expert.id, "medicine", session=session, now=now)
    assert found is not None
    return found


def test_f17_losing_the_connection_at_minute_20_resumes_with_40_left(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)
    save(both, session, now + timedelta(minutes=19), {0: -1})

    later = now + timedelta(minutes=20)
    found = standing(both, session, later)

    assert (found.state, found.minutes_left(later)) == (AttemptState.RUNNING, 40)
    assert found.answers == {0: -1}
    save(both, session, now + timedelta(minutes=59), {0: -3, 1: 0})
    assert standing(both, session, later).answers == {0: -3, 1: 0}


def test_f16_the_limit_holds_on_every_device(both: Both, session: Session, now: datetime) -> None:
    begin(both, session, now)
    save(both, session, now, {0: -3})

    with pytest.raises(Conflict, match="time of this assessment is over"):
        save(both, session, now + HOUR, {1: 0})
    with pytest.raises(Conflict, match="time of this assessment is over"):
        end(both, session, now + HOUR)

    found = standing(both, session, now + HOUR)
    assert (found.state, found.minutes_left(now + HOUR)) == (AttemptState.TIMED_OUT, 0)
    reached = grade_of(found, session=session)
    assert reached is not None
    assert reached.total == Share(1, 3)


def test_f17_a_second_attempt_is_refused_whenever_it_is_tried(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)

    for moment in (now, now + 2 * HOUR):
        with pytest.raises(Conflict, match="one attempt"):
            begin(both, session, moment)
    assert len(session.exec(select(Attempt)).all()) == 1


def test_what_was_handed_in_takes_no_answer(both: Both, session: Session, now: datetime) -> None:
    begin(both, session, now)
    save(both, session, now, RIGHT)
    end(both, session, now)

    with pytest.raises(Conflict, match="handed this assessment in"):
        save(both, session, now, {0: 1})
    with pytest.raises(Conflict, match="handed this assessment in"):
        end(both, session, now)

    reached = grade_of(standing(both, session, now), session=session)
    assert reached is not None
    assert (reached.total, reached.is_passed) == (Share(3, 3), True)


@pytest.mark.parametrize(
    ("minutes", "how", "seconds"),
    [(25, "hand in", 1500), (25, "set aside", 1500), (90, "set aside", 3600), (90, "decide", 3600)],
)
def test_f21_the_time_of_an_attempt_is_booked_once_and_never_beyond_its_end(
    both: Both, session: Session, now: datetime, minutes: int, how: str, seconds: int
) -> None:
    begin(both, session, now)
    later = now + timedelta(minutes=minutes)

    if how == "hand in":
        end(both, session, later)
    if how == "hand in" or minutes > 60:
        make_assessment(session, later)
    if how != "decide":
        reset_attempt(
            both.expert.id,
            "medicine",
            reason="So.",
            session=session,
            actor=both.as_coordinator,
            now=later,
        )
    decide_application(
        applications_of(both.expert.id, session=session, now=later)[0].public_id,
        ApplicationDecision.DECLINED,
        reason="So.",
        session=session,
        actor=both.as_coordinator,
        now=later,
    )

    entry = session.exec(select(PayEntry)).one()
    assert (entry.person_id, entry.seconds, entry.minor_units) == (both.expert.id, seconds, 0)
    assert (entry.kind, entry.unpaid_reason) == (WorkKind.ASSESSMENT, UnpaidReason.ASSESSMENT)


def test_f21_the_time_goes_with_the_currency_of_earlier_work(
    both: Both, session: Session, now: datetime
) -> None:
    paid = Entry("earlier", WorkKind.COMPARISON, 60, 100, "EUR")
    book([paid], person_id=both.expert.id, session=session, now=now)
    begin(both, session, now)
    end(both, session, now)

    currencies = session.exec(select(PayEntry.currency).order_by(col(PayEntry.id))).all()

    assert currencies == ["EUR", "EUR"]


def test_nothing_is_graded_while_the_clock_runs(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)
    save(both, session, now, RIGHT)

    assert grade_of(standing(both, session, now), session=session) is None


def test_what_was_not_started_takes_no_answer(both: Both, session: Session, now: datetime) -> None:
    with pytest.raises(Conflict, match="not started"):
        save(both, session, now, {0: 1})


@pytest.mark.parametrize(
    ("position", "preference", "error"),
    [(3, 0, NotFound), (-1, 0, NotFound), (0, 4, BadInput), (0, -4, BadInput), (0, 2, BadInput)],
)
def test_an_answer_has_a_pair_and_a_place_on_the_scale(
    both: Both,
    session: Session,
    now: datetime,
    position: int,
    preference: int,
    error: type[Exception],
) -> None:
    begin(both, session, now)

    with pytest.raises(error):
        save(both, session, now, {position: preference})


def test_f17_extra_time_is_given_before_the_start_and_holds_for_it(
    both: Both, session: Session, now: datetime
) -> None:
    for minutes in (60, 30):
        give_extra_time(
            both.expert.id, minutes, session=session, actor=both.as_coordinator, now=now
        )

    found = begin(both, session, now)

    assert extra_minutes_of(both.expert.id, session=session) == 30
    assert found.ends_at == now + timedelta(minutes=90)


@pytest.mark.parametrize("minutes", [-1, 481])
def test_extra_time_has_bounds(both: Both, session: Session, now: datetime, minutes: int) -> None:
    with pytest.raises(BadInput, match="extra_minutes"):
        give_extra_time(
            both.expert.id, minutes, session=session, actor=both.as_coordinator, now=now
        )


def test_f17_a_reset_needs_a_person_and_a_reason_and_keeps_the_attempt(
    both: Both, session: Session, now: datetime
) -> None:
    def reset(reason: str, actor: Actor | None = None) -> None:
        reset_attempt(
            both.expert.id,
            "medicine",
            reason=reason,
            session=session,
            actor=actor or both.as_coordinator,
            now=now,
        )

    with pytest.raises(Conflict, match="no attempt to set aside"):
        reset("Power cut.")
    begin(both, session, now)
    with pytest.raises(BadInput, match="reason"):
        reset(" ")
    for actor in (both.as_expert, command_actor(), actor_of(make_person(session))):
        with pytest.raises(Forbidden):
            reset("Power cut.", actor)
    reset("Power cut.")
    with pytest.raises(Conflict, match="no attempt to set aside"):
        reset("Power cut.")

    again = begin(both, session, now + HOUR)

    assert (again.number, again.state, again.answers) == (2, AttemptState.RUNNING, {})
    assert session.exec(select(AttemptEvent.reason)).all() == ["Power cut."]
    assert "attempt.reset" in actions(session)


@pytest.mark.parametrize("how", ["handed in", "timed out"])
def test_f17_who_was_told_what_counted_does_not_meet_the_same_pairs_again(
    both: Both, session: Session, now: datetime, how: str
) -> None:
    begin(both, session, now)
    if how == "handed in":
        end(both, session, now)
    later = now + 2 * HOUR

    def reset() -> None:
        reset_attempt(
            both.expert.id,
            "medicine",
            reason="So.",
            session=session,
            actor=both.as_coordinator,
            now=later,
        )

    with pytest.raises(Conflict, match="another version must come first"):
        reset()
    newer = make_assessment(session, later)
    reset()

    assert begin(both, session, later).published.id == newer.id


def test_a_mended_key_grades_every_attempt_anew(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)
    save(both, session, now, {**RIGHT, 2: -3})
    end(both, session, now)
    published = find_assessment("medicine", session=session)
    assert published is not None

    mend_key(
        published.id,
        2,
        Key(frozenset({-3, 3}), "Both can be defended."),
        session=session,
        actor=both.as_coordinator,
        now=now,
    )

    reached = grade_of(standing(both, session, now), session=session)
    assert reached is not None
    assert reached.total == Share(3, 3)
    assert keys_of(published.id, session=session)[2].reason == "Both can be defended."
    numbers = session.exec(select(AssessmentKey.number).where(AssessmentKey.position == 2)).all()
    assert sorted(numbers) == [1, 2]


def test_who_may_not_mend_a_key_does_not(both: Both, session: Session, now: datetime) -> None:
    published = find_assessment("medicine", session=session)
    assert published is not None
    key = Key(frozenset({0}), "So.")

    def mend(position: int, key: Key, actor: Actor) -> None:
        mend_key(published.id, position, key, session=session, actor=actor, now=now)

    with pytest.raises(Forbidden):
        mend(0, key, both.as_expert)
    with pytest.raises(NotFound):
        mend(3, key, both.as_coordinator)
    with pytest.raises(BadInput, match="accepts"):
        mend(0, Key(frozenset(), "So."), both.as_coordinator)


def test_an_attempt_keeps_the_version_it_began_with(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)
    newer = make_assessment(session, now, title="Second", minutes=5)

    found = standing(both, session, now)

    assert newer.number == 2
    assert found.published.assessment.title == "Starter"
    assert found.minutes_left(now) == 60


def test_statistics_count_what_ended_and_was_not_set_aside(
    both: Both, session: Session, now: datetime
) -> None:
    begin(both, session, now)
    save(both, session, now, {0: -1})
    published = find_assessment("medicine", session=session)
    assert published is not None

    running = statistics_of(published, session=session, now=now)
    over = statistics_of(published, session=session, now=now + HOUR)

    assert [one.pass_rate.n for one in running] == [0, 0, 0]
    assert [one.pass_rate.value for one in over] == [1.0, 0.0, 0.0]
