"""Contested keys of controls: told after a week, decided by somebody else, with a clock."""

from datetime import timedelta

import pytest
from sqlmodel import select

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import ProjectStatus, Purpose
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.people import Role
from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.db.models import ControlKey
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.controls.contesting import (
    ToldControl,
    contests_in,
    told_controls,
)
from evalhub.services.controls.reading import quality_of
from tests.services.controls.scene import WEEK, Scene, actor_of, answer, contest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
X, TIE, Y = KeyAnswer.X, KeyAnswer.TIE, KeyAnswer.Y
OVERTURNED, UPHELD = ContestOutcome.OVERTURNED, ContestOutcome.UPHELD


def told(scene: Scene, who: int = 0) -> list[ToldControl]:
    return told_controls(scene.people[who].id, session=scene.session, now=scene.now)


@pytest.fixture
def wrong(scene: Scene) -> Lease:
    """Let the first expert answer a control as y, and a week pass."""
    lease = scene.judge(Purpose.CONTROL, preference=1)
    scene.now += WEEK
    return lease


def test_who_answered_otherwise_is_told_after_a_week_in_the_order_they_saw(
    scene: Scene, wrong: Lease
) -> None:
    (one,) = told(scene)

    assert (one.token, one.contest) == (wrong.token, None)
    assert (one.given, one.accepted) == (
        (X, frozenset({Y})) if wrong.is_swapped else (Y, frozenset({X}))
    )
    assert told(scene, who=1) == []
    scene.now -= timedelta(seconds=1)
    assert told(scene) == []


def test_right_answers_and_cannot_judge_are_not_told(scene: Scene) -> None:
    scene.judge(Purpose.CONTROL, preference=-1)
    scene.now += WEEK

    assert told(scene) == []


def test_an_overturned_key_counts_for_everybody_at_once(scene: Scene, wrong: Lease) -> None:
    public_id = contest(scene, wrong)

    answer(scene, public_id, OVERTURNED, X, Y)

    assert quality_of(scene.project, session=scene.session).accuracy.value == 1.0
    (one,) = told(scene)
    assert one.contest is not None
    assert (one.contest.outcome, one.contest.answer) == (OVERTURNED, "The leaflet agrees.")
    assert not one.contest.standing.is_open


def test_an_upheld_key_stays_with_its_reason(scene: Scene, wrong: Lease) -> None:
    answer(scene, contest(scene, wrong), UPHELD)

    assert len(scene.session.exec(select(ControlKey)).all()) == 2
    (found,) = contests_in(scene.project, session=scene.session, now=scene.now)
    assert (found.outcome, found.pair_id) == (UPHELD, wrong.pair_id)


def test_a_key_is_contested_once_with_a_reason_and_only_what_one_was_told(
    scene: Scene, wrong: Lease
) -> None:
    with pytest.raises(BadInput):
        contest(scene, wrong, words=" ")
    contest(scene, wrong)
    with pytest.raises(Conflict, match="already"):
        contest(scene, wrong)
    fresh = scene.judge(Purpose.CONTROL, preference=1)
    with pytest.raises(NotFound):
        contest(scene, fresh)


def test_nobody_decides_who_judged_the_pair_or_may_not(scene: Scene, wrong: Lease) -> None:
    public_id = contest(scene, wrong)
    own = actor_of(scene.people[0], Role.COORDINATOR, Role.ADMIN)

    with pytest.raises(Forbidden, match="somebody else"):
        answer(scene, public_id, OVERTURNED, Y, by=own)
    with pytest.raises(Forbidden, match="coordination"):
        answer(scene, public_id, UPHELD, by=actor_of(scene.other_coordinator, Role.RESEARCHER))


def test_nobody_decides_about_a_key_of_their_own(scene: Scene, wrong: Lease) -> None:
    public_id = contest(scene, wrong)
    author = actor_of(scene.coordinator, Role.COORDINATOR, Role.ADMIN)

    with pytest.raises(Forbidden, match="You wrote a key"):
        answer(scene, public_id, OVERTURNED, Y, by=author)

    assert contests_in(scene.project, session=scene.session, now=scene.now)[0].standing.is_open


def test_what_is_late_goes_to_an_admin(scene: Scene, wrong: Lease) -> None:
    public_id = contest(scene, wrong)
    scene.now += timedelta(days=6)

    with pytest.raises(Forbidden):
        answer(scene, public_id, UPHELD)
    answer(scene, public_id, UPHELD, by=actor_of(scene.other_coordinator, Role.ADMIN))


def test_a_contest_is_answered_once_and_changes_something(scene: Scene, wrong: Lease) -> None:
    public_id = contest(scene, wrong)
    with pytest.raises(Conflict, match="holds already"):
        answer(scene, public_id, OVERTURNED, X)
    with pytest.raises(NotFound):
        answer(scene, "none", UPHELD)
    answer(scene, public_id, OVERTURNED)

    with pytest.raises(Conflict, match="answered"):
        answer(scene, public_id, UPHELD)


def test_contests_that_wait_come_first(scene: Scene, wrong: Lease) -> None:
    first = contest(scene, wrong)
    answer(scene, first, UPHELD)
    second = scene.judge(Purpose.CONTROL, preference=1)
    scene.now += WEEK
    waiting = contest(scene, second)

    found = contests_in(scene.project, session=scene.session, now=scene.now)

    assert [one.public_id for one in found] == [waiting, first]


@pytest.mark.parametrize(
    ("status", "n_news"),
    [(ProjectStatus.OPEN, 1), (ProjectStatus.CLOSED, 0)],
    ids=["open", "closed"],
)
def test_a_control_that_comes_back_is_news_for_who_can_still_claim(
    scene: Scene, wrong: Lease, status: ProjectStatus, n_news: int
) -> None:
    public_id = contest(scene, wrong)
    for pair in scene.campaign.pairs[:2]:
        scene.withdraw(pair)
    scene.project.status = status
    scene.session.flush()
    before = scene.project.terms_number

    answer(scene, public_id, OVERTURNED, Y)

    assert scene.project.terms_number - before == n_news
    assert quality_of(scene.project, session=scene.session).accuracy.n == 1
