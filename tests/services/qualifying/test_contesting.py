"""Contests: said of one's own attempt, answered by a clock, and graded anew for everybody."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.pay.disputes import DisputeLevel
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.assessments import Share
from evalhub.core.qualifying.contests import ContestOutcome, Regrade
from evalhub.core.qualifying.items import Key
from evalhub.db.engine import Database
from evalhub.db.models import AssessmentKey, KeyContestAnswer, Person
from evalhub.db.models import Regrade as RegradeRow
from evalhub.errors import BadInput, Conflict, EvalHubError, Forbidden, NotFound
from evalhub.services.qualifying.attempts import (
    find_attempt,
    grade_of,
    hand_in,
    reset_attempt,
    save_answer,
    start_attempt,
)
from evalhub.services.qualifying.contesting import (
    GradedLine,
    answer_contest,
    contest_key,
    contests_of,
    get_contest,
    graded_lines,
    list_contests,
)
from evalhub.services.qualifying.mending import mend_key, regrades_of
from tests.factories import make_person
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.assessed import make_all, make_assessment
from tests.services.qualifying.people import Both, actions, make_both
from tests.writing import n_statements

DAY = timedelta(days=1)
UPHELD, OVERTURNED = ContestOutcome.UPHELD, ContestOutcome.OVERTURNED
NEW_KEY = Key(frozenset({1}), "B holds as well.")


@pytest.fixture
def both(session: Session, now: datetime) -> Both:
    both = make_both(session)
    make_all(session, both, now)
    return both


def sit(person: Person, session: Session, now: datetime, answers: dict[int, int]) -> int:
    """Let a person go through the assessment and return their attempt."""
    actor = actor_of(person, Role.ANNOTATOR)
    start_attempt(person.id, "medicine", session=session, actor=actor, now=now)
    for position, preference in answers.items():
        save_answer(person.id, "medicine", position, preference, session=session, now=now)
    hand_in(person.id, "medicine", session=session, actor=actor, now=now)
    found = find_attempt(person.id, "medicine", session=session, now=now)
    assert found is not None
    return found.id


def contest(both: Both, session: Session, now: datetime, position: int = 1) -> str:
    return contest_key(
        both.expert.id,
        "medicine",
        position,
        " B says\r\nit too. ",
        session=session,
        actor=both.as_expert,
        now=now,
    )


def answer(
    public_id: str,
    outcome: ContestOutcome,
    key: Key,
    actor: Actor,
    session: Session,
    now: datetime,
) -> None:
    answer_contest(public_id, outcome, key, session=session, actor=actor, now=now)


def test_f16_an_overturned_key_grades_everybody_anew_and_keeps_what_was(
    both: Both, session: Session, now: datetime
) -> None:
    other = make_person(session, Role.ANNOTATOR, name="Ola Other")
    own, theirs = sit(both.expert, session, now, {0: -1, 1: 1}), sit(other, session, now, {1: 0})
    answer(contest(both, session, now), OVERTURNED, NEW_KEY, both.as_coordinator, session, now)

    (mine,), (others,) = (regrades_of(one, session=session) for one in (own, theirs))

    assert mine.regrade == Regrade(Share(1, 3), Share(2, 3), was_passed=False, is_passed=True)
    assert others.regrade == Regrade(Share(1, 3), Share(0, 3), was_passed=False, is_passed=False)
    assert (mine.position, mine.reason, mine.regraded_at) == (1, "B holds as well.", now)
    for person, n in ((both.expert, 2), (other, 0)):
        attempt = find_attempt(person.id, "medicine", session=session, now=now)
        assert attempt is not None
        reached = grade_of(attempt, session=session)
        assert reached is not None
        assert reached.total.n_right == n
    assert len(session.exec(select(AssessmentKey)).all()) == 4


def test_f16_a_key_that_stands_changes_no_grade(
    both: Both, session: Session, now: datetime
) -> None:
    attempt = sit(both.expert, session, now, {1: 1})
    public_id = contest(both, session, now)
    answer(public_id, UPHELD, Key(frozenset(), "A is right."), both.as_coordinator, session, now)

    found = get_contest(public_id, session=session, now=now)

    assert (found.outcome, found.answer, found.words) == (UPHELD, "A is right.", "B says\nit too.")
    assert found.item == found.published.assessment.items[1]
    assert regrades_of(attempt, session=session) == []
    assert session.exec(select(KeyContestAnswer)).one().assessment_key_id is None


def test_f16_running_attempts_and_the_next_ones_have_no_result_before(
    both: Both, session: Session, now: datetime
) -> None:
    sit(both.expert, session, now, {1: 1})
    running = make_person(session, Role.ANNOTATOR, name="Ru Running")
    start_attempt(running.id, "medicine", session=session, actor=actor_of(running), now=now)

    answer(contest(both, session, now), OVERTURNED, NEW_KEY, both.as_coordinator, session, now)

    assert len(session.exec(select(RegradeRow)).all()) == 1


def test_f20_a_contest_has_a_clock_and_goes_up(both: Both, session: Session, now: datetime) -> None:
    sit(both.expert, session, now, {})
    public_id, late = contest(both, session, now), now + 6 * DAY
    found = get_contest(public_id, session=session, now=late)
    admin = actor_of(make_person(session, Role.ADMIN), Role.ADMIN)

    assert found.standing.level is DisputeLevel.ADMINISTRATION
    with pytest.raises(Forbidden, match="not answered in time"):
        answer(public_id, UPHELD, Key(frozenset(), "So."), both.as_coordinator, session, late)
    answer(public_id, UPHELD, Key(frozenset(), "So."), admin, session, late)
    with pytest.raises(Conflict, match="is answered"):
        answer(public_id, OVERTURNED, NEW_KEY, admin, session, late)


def test_f20_nobody_decides_about_their_own_contest(
    both: Both, session: Session, now: datetime
) -> None:
    sit(both.coordinator, session, now, {})
    public_id = contest_key(
        both.coordinator.id,
        "medicine",
        0,
        "So.",
        session=session,
        actor=both.as_coordinator,
        now=now,
    )

    with pytest.raises(Forbidden, match="their own"):
        answer(public_id, OVERTURNED, NEW_KEY, both.as_coordinator, session, now)
    with pytest.raises(Forbidden, match="coordinators and admins"):
        answer(public_id, OVERTURNED, NEW_KEY, both.as_expert, session, now)


@pytest.mark.parametrize("outcome", [UPHELD, OVERTURNED])
def test_f20_nobody_decides_about_a_key_that_graded_them(
    both: Both, session: Session, now: datetime, outcome: ContestOutcome
) -> None:
    sit(both.expert, session, now, {1: 1})
    attempt = sit(both.coordinator, session, now, {1: 1})
    public_id = contest(both, session, now)

    with pytest.raises(Forbidden, match="sat this assessment yourself"):
        answer(public_id, outcome, NEW_KEY, both.as_coordinator, session, now)
    with pytest.raises(Forbidden, match="sat this assessment yourself"):
        found = get_contest(public_id, session=session, now=now)
        mend_key(
            found.published.id, 1, NEW_KEY, session=session, actor=both.as_coordinator, now=now
        )

    other = actor_of(make_person(session, Role.COORDINATOR), Role.COORDINATOR)
    answer(public_id, outcome, NEW_KEY, other, session, now)
    assert len(regrades_of(attempt, session=session)) == (outcome is OVERTURNED)


def test_f20_who_sat_and_was_set_aside_or_sits_another_version_mends_keys(
    both: Both, session: Session, now: datetime
) -> None:
    admin = actor_of(make_person(session, Role.ADMIN), Role.ADMIN)
    mine = both.as_coordinator
    before = start_attempt(
        both.coordinator.id, "medicine", session=session, actor=mine, now=now
    ).published.id
    reset_attempt(
        both.coordinator.id, "medicine", reason="So.", session=session, actor=admin, now=now
    )
    after = make_assessment(session, now).id
    start_attempt(both.coordinator.id, "medicine", session=session, actor=mine, now=now)

    mend_key(before, 1, NEW_KEY, session=session, actor=mine, now=now)
    with pytest.raises(Forbidden, match="sat this assessment yourself"):
        mend_key(after, 1, NEW_KEY, session=session, actor=mine, now=now)


@pytest.mark.parametrize(
    ("position", "error", "says"),
    [(1, Conflict, "already"), (3, NotFound, "no such item"), (-1, NotFound, "no such item")],
)
def test_f16_an_item_is_contested_once_and_has_to_be_one(
    both: Both, session: Session, now: datetime, position: int, error: type[EvalHubError], says: str
) -> None:
    attempt = sit(both.expert, session, now, {})
    contest(both, session, now)

    with pytest.raises(error, match=says):
        contest(both, session, now, position)
    assert [one.position for one in contests_of(attempt, session=session, now=now)] == [1]


def test_f16_nothing_is_contested_before_the_attempt_is_over(
    both: Both, session: Session, now: datetime
) -> None:
    with pytest.raises(Conflict, match="once the assessment is over"):
        contest(both, session, now)
    attempt = start_attempt(
        both.expert.id, "medicine", session=session, actor=both.as_expert, now=now
    )

    with pytest.raises(Conflict, match="once the assessment is over"):
        contest(both, session, now)
    assert graded_lines(attempt, session=session, now=now) == []


def test_bad_words_and_keys_are_refused(both: Both, session: Session, now: datetime) -> None:
    sit(both.expert, session, now, {})
    public_id = contest(both, session, now)
    same = Key(frozenset({0}), "So.")

    for outcome, key in ((OVERTURNED, same), (OVERTURNED, Key(frozenset(), "So."))):
        with pytest.raises(BadInput, match="accepts"):
            answer(public_id, outcome, key, both.as_coordinator, session, now)
    with pytest.raises(BadInput, match="reason"):
        answer(public_id, UPHELD, Key(frozenset(), " "), both.as_coordinator, session, now)
    with pytest.raises(NotFound, match="no such contest"):
        get_contest("none", session=session, now=now)


def test_contests_cost_as_many_statements_however_many_there_are(
    both: Both, session: Session, now: datetime
) -> None:
    sit(both.expert, session, now, {0: -1})

    def asked() -> int:
        return n_statements(session, lambda: list_contests(session=session, now=now))

    contest(both, session, now, 0)
    one = asked()
    contest(both, session, now, 1)
    contest(both, session, now, 2)

    assert asked() == one


def test_the_most_urgent_come_first_and_answered_ones_last(
    both: Both, session: Session, now: datetime
) -> None:
    sit(both.expert, session, now, {0: -1})
    first, second = contest(both, session, now, 0), contest(both, session, now + DAY, 1)
    third = contest(both, session, now + 2 * DAY, 2)
    answer(first, UPHELD, Key(frozenset(), "So."), both.as_coordinator, session, now + 3 * DAY)

    found = list_contests(session=session, now=now + 3 * DAY)
    attempt = find_attempt(both.expert.id, "medicine", session=session, now=now)
    assert attempt is not None
    lines = graded_lines(attempt, session=session, now=now + 3 * DAY)

    assert [one.public_id for one in found] == [second, third, first]
    assert lines == [
        GradedLine(counted, one)
        for counted, one in zip([True, False, False], [found[2], found[0], found[1]], strict=True)
    ]
    assert actions(session)[-4:] == ["key.contest", "key.contest", "key.contest", "key.upheld"]


def test_two_answers_at_once_make_one(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        both = make_both(session)
        make_all(session, both, now)
        sit(both.expert, session, now, {})
        public_id, actor = contest(both, session, now), both.as_coordinator
    gate, refused = threading.Barrier(2), []

    def decide() -> None:
        gate.wait()
        try:
            with database.transaction() as session:
                answer(public_id, OVERTURNED, NEW_KEY, actor, session, now)
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    with database.transaction(write=False) as session:
        assert len(session.exec(select(KeyContestAnswer)).all()) == 1
        assert len(session.exec(select(RegradeRow)).all()) == 1
