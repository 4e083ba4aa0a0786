"""Feedback: one's own figures with their n, and what was reviewed, as the definition says."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.db.models import Assignment
from evalhub.services.reviewing.feedback import (
    NONE_REVIEWED,
    WEEK,
    Feedback,
    approval_of,
    feedback_of,
)
from tests.services.reviewing.scene import DAY, Scene, make_scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def feedback(scene: Scene, who: int = 0) -> Feedback:
    return feedback_of(scene.experts[who].id, session=scene.session, now=scene.now)


@pytest.fixture
def busy(session: Session, now: datetime) -> Scene:
    """Give two experts who judge two pairs, agree on one, and of whom each is reviewed."""
    scene = make_scene(session, now, n_pairs=2)
    scene.share(1)
    for who, preferences in ((0, (-1, -1)), (1, (-1, 1))):
        for preference in preferences:
            scene.judge(who, preference)
    scene.look()
    return scene


def test_f25_the_week_stands_with_its_n_and_interval(busy: Scene) -> None:
    assert feedback(busy).week.agreement.value is None

    busy.now += 8 * DAY
    week = feedback(busy).before

    assert week.n_judgments == 2
    assert (week.agreement.value, week.agreement.n) == (0.5, 2)
    assert week.agreement.interval is not None
    assert week.agreement.interval.low < 0.5 < week.agreement.interval.high
    assert week.left.n == 2


def test_what_was_judged_last_week_stands_beside_it(busy: Scene) -> None:
    busy.now += 8 * DAY

    found = feedback(busy)

    assert (found.week.n_judgments, found.before.n_judgments) == (0, 2)
    assert found.week.agreement.value is None
    busy.now += timedelta(days=7)
    assert feedback(busy).before.n_judgments == 0


def test_f22_approval_is_the_share_of_reviewed_judgments_that_were_accepted(busy: Scene) -> None:
    reviews = [one for one in busy.cases() if one.assignment_id]
    by_expert = {
        who: [
            one.id
            for one in reviews
            if busy.session.get_one(Assignment, one.assignment_id).person_id == person.id
        ]
        for who, person in enumerate(busy.experts)
    }
    busy.answer(by_expert[0][0], CaseStep.ACCEPTED)
    busy.send_back(by_expert[0][1])
    busy.send_back(by_expert[1][0])
    busy.appeal(1, by_expert[1][0])
    busy.answer(by_expert[1][0], CaseStep.UPHELD, busy.otto)

    busy.now += WEEK
    first, second = (
        approval_of(one.id, session=busy.session, now=busy.now) for one in busy.experts
    )

    assert (first.value, first.n) == (0.5, 2)
    assert (second.value, second.n) == (1.0, 1)


def test_f22_an_appeal_that_is_upheld_moves_the_rate_at_once(busy: Scene) -> None:
    case = next(one for one in busy.cases() if one.assignment_id)
    person_id = busy.session.get_one(Assignment, case.assignment_id).person_id
    who = [one.id for one in busy.experts].index(person_id)
    busy.send_back(case.id)
    busy.now += DAY
    busy.appeal(who, case.id)
    busy.now += WEEK
    before = approval_of(person_id, session=busy.session, now=busy.now)

    busy.answer(case.id, CaseStep.UPHELD, busy.otto)

    after = approval_of(person_id, session=busy.session, now=busy.now + DAY)
    assert (before.value, after.value, after.n) == (0.0, 1.0, 1)


def test_an_acceptance_moves_no_rate_until_a_week_has_passed(busy: Scene) -> None:
    reviewed = next(one for one in busy.cases() if one.assignment_id)
    person_id = busy.session.get_one(Assignment, reviewed.assignment_id).person_id
    busy.answer(reviewed.id, CaseStep.ACCEPTED)
    given = busy.now

    early, late = (
        approval_of(person_id, session=busy.session, now=given + after)
        for after in (WEEK - timedelta(seconds=1), WEEK)
    )

    assert (early.value, early.n, early.reason) == (None, 0, NONE_REVIEWED)
    assert (late.value, late.n) == (1.0, 1)


def test_who_was_never_reviewed_has_no_rate(busy: Scene) -> None:
    assert feedback(busy).approval.reason == NONE_REVIEWED
