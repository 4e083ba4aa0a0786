"""Comparisons that check quality: who gets which, that they take no place, and what they pay."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.qualifying.requirements import Requirement
from evalhub.core.quality import QualityShares
from evalhub.core.reviewing.vocabulary import CaseKind, Trigger
from evalhub.db.models import PayEntry, Prompt, ReviewCase, RubricVersion
from evalhub.services.assigning.leases import get_lease
from evalhub.services.assigning.releasing import release
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from evalhub.services.assigning.work import list_work, n_left_for
from tests.factories import make_languages, make_requirement, make_rubric_version, route_prompt
from tests.services.controls.scene import WEEK, Scene, give_shares, make_anchor
from tests.writing import n_statements

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CHECKS = [Purpose.CONTROL, Purpose.REPEAT, Purpose.ANCHOR]


def ready(scene: Scene, purpose: Purpose) -> Scene:
    """Bring a scene to where the first expert could get one of a purpose."""
    if purpose is Purpose.ANCHOR:
        make_anchor(scene, scene.campaign.pairs[4])
    if purpose is Purpose.REPEAT:
        scene.judge()
        scene.now += WEEK
    return scene


@pytest.mark.parametrize("purpose", CHECKS)
def test_f53_what_checks_quality_takes_no_place_and_pays_the_same(
    scene: Scene, purpose: Purpose
) -> None:
    scene.project.pay_minor_units = 900
    scene.session.flush()
    ready(scene, purpose)
    before = [scene.taken(pair.id) for pair in scene.campaign.pairs]

    lease = scene.judge(purpose)

    assert (lease.purpose, lease.pay_minor_units) == (purpose, 900)
    assert [scene.taken(pair.id) for pair in scene.campaign.pairs] == before
    paid = select(PayEntry.minor_units).where(PayEntry.assignment_id == lease.id)
    assert sum(scene.session.exec(paid)) == 900


@pytest.mark.parametrize("purpose", CHECKS)
def test_without_one_the_lot_gives_work(scene: Scene, purpose: Purpose) -> None:
    give_shares(scene.project, QualityShares(20, 10, 7, 10), scene.session)
    scene.session.connection().execute(sa.text("UPDATE control_item SET is_given = false"))

    assert scene.judge(purpose).purpose is Purpose.WORK


def test_nobody_gets_a_control_twice_however_it_ended(scene: Scene) -> None:
    first = scene.judge(Purpose.CONTROL)
    second = scene.lease(Purpose.CONTROL)
    assert second is not None
    release(second.token, person_id=second.person_id, session=scene.session, now=scene.now)

    third = scene.judge(Purpose.CONTROL)

    assert {first.pair_id, second.pair_id} == {pair.id for pair in scene.campaign.pairs[:2]}
    assert third.purpose is Purpose.WORK
    assert scene.lease(Purpose.CONTROL, who=1).purpose is Purpose.CONTROL  # type: ignore[union-attr]  # there is one


def test_controls_are_never_offered_as_work(scene: Scene) -> None:
    pairs = {scene.judge().pair_id for _ in range(4)}

    assert pairs == {pair.id for pair in scene.campaign.pairs[2:]}
    # And none is given either: it could only be a check.
    assert scene.lease(Purpose.CONTROL) is None


def test_f08_a_repeat_comes_after_its_days_once_and_with_the_sides_turned(scene: Scene) -> None:
    first = scene.judge()
    scene.now += WEEK - timedelta(seconds=1)
    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK

    scene.now += timedelta(seconds=1)
    again = scene.judge(Purpose.REPEAT)

    assert (again.pair_id, again.is_swapped) == (first.pair_id, not first.is_swapped)
    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK


def test_repeats_are_of_ones_own_judgments(scene: Scene) -> None:
    scene.judge(who=1)
    scene.now += WEEK

    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK


def test_a_pair_that_was_talked_about_does_not_come_again(scene: Scene) -> None:
    lease = scene.judge()
    scene.session.add(
        ReviewCase(
            key="pair",
            project_id=scene.project.id,
            pair_id=lease.pair_id,
            kind=CaseKind.ADJUDICATION,
            trigger=Trigger.SIGN_CONFLICT,
            opened_at=scene.now,
        )
    )
    scene.session.flush()
    scene.now += WEEK

    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK


@pytest.mark.parametrize(
    ("shown", "comes"), [("after_answer", Purpose.WORK), ("never", Purpose.REPEAT)]
)
def test_a_pair_whose_reference_was_told_does_not_come_again(
    scene: Scene, shown: str, comes: Purpose
) -> None:
    scene.judge()
    connection = scene.session.connection()
    connection.execute(
        sa.text('UPDATE prompt SET document = \'{"reference":["37"],\' || substr(document, 2)')
    )
    connection.execute(
        sa.text("UPDATE rubric_version SET document = replace(document, :never, :shown)"),
        {"never": '"show_reference":"never"', "shown": f'"show_reference":"{shown}"'},
    )
    scene.now += WEEK

    assert scene.judge(Purpose.REPEAT).purpose is comes


def test_what_was_given_back_does_not_come_again(scene: Scene) -> None:
    lease = scene.lease()
    assert lease is not None
    release(lease.token, person_id=lease.person_id, session=scene.session, now=scene.now)
    scene.now += WEEK

    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK


def test_an_anchor_comes_once_a_period_each_time_with_the_sides_turned(scene: Scene) -> None:
    ready(scene, Purpose.ANCHOR)
    first = scene.judge(Purpose.ANCHOR)
    assert scene.judge(Purpose.ANCHOR).purpose is Purpose.WORK

    scene.now += 28 * DAY
    second = scene.judge(Purpose.ANCHOR)

    assert (second.pair_id, second.occasion) == (first.pair_id, first.occasion + 1)
    assert second.is_swapped is not first.is_swapped


def test_an_anchor_that_was_given_back_stays_away_in_every_period(scene: Scene) -> None:
    ready(scene, Purpose.ANCHOR)
    lease = scene.lease(Purpose.ANCHOR)
    assert lease is not None
    release(lease.token, person_id=lease.person_id, session=scene.session, now=scene.now)
    scene.now += 28 * DAY

    assert scene.judge(Purpose.ANCHOR).purpose is Purpose.WORK
    assert scene.judge(Purpose.ANCHOR, who=1).purpose is Purpose.ANCHOR


def test_what_was_judged_by_another_version_of_the_rubric_does_not_come_again(scene: Scene) -> None:
    first = scene.judge()
    before = scene.project.rubric_version_id
    document = scene.session.get_one(RubricVersion, before).document
    newer = make_rubric_version(scene.session, version="2.0.0", document=document)
    scene.project.rubric_version_id = newer.id
    scene.session.flush()
    scene.now += WEEK
    assert scene.judge(Purpose.REPEAT).purpose is Purpose.WORK

    scene.project.rubric_version_id = before
    scene.session.flush()

    assert scene.judge(Purpose.REPEAT).pair_id == first.pair_id


@pytest.mark.parametrize("purpose", CHECKS)
def test_a_prompt_that_was_sent_back_stays_away(scene: Scene, purpose: Purpose) -> None:
    make_anchor(scene, scene.campaign.pairs[4])
    scene.judge()
    scene.now += WEEK
    held = scene.lease()
    assert held is not None
    for pair in scene.campaign.pairs:
        pair.prompt_id = scene.campaign.pairs[0].prompt_id
    scene.session.flush()
    reason = ReleaseReason.PROMPT_BLOCKED
    release(
        held.token, person_id=held.person_id, reason=reason, session=scene.session, now=scene.now
    )

    assert scene.lease(purpose) is None


@pytest.mark.parametrize("purpose", CHECKS)
def test_a_lease_that_ran_out_is_finished_by_who_had_it(scene: Scene, purpose: Purpose) -> None:
    lease = ready(scene, purpose).lease(purpose)
    assert lease is not None
    scene.now += 2 * HOUR
    other = scene.lease(who=1)

    assert other is not None
    expired = scene.row(lease)
    assert expired.status is AssignmentStatus.EXPIRED
    late = get_lease(lease.token, person_id=lease.person_id, session=scene.session)
    standing = standing_of(late, session=scene.session, now=scene.now)
    assert standing is LeaseStanding.FREE
    n_taken = scene.taken(lease.pair_id)
    scene.send(lease)
    assert scene.row(lease).status is AssignmentStatus.SUBMITTED
    assert scene.taken(lease.pair_id) == n_taken


def test_what_is_left_falls_by_one_with_a_control_as_with_work(scene: Scene) -> None:
    def left() -> int:
        return n_left_for(
            scene.project.id, person_id=scene.people[0].id, session=scene.session, now=scene.now
        )

    told = [left()]
    for purpose in (Purpose.CONTROL, Purpose.WORK):
        scene.judge(purpose)
        told.append(left())

    # No anchor was drawn, so three of ten are checks and not four.
    assert told == [5, 4, 3]


def test_what_can_come_is_looked_for_only_where_work_is_open(scene: Scene) -> None:
    project_id, person_id, session = scene.project.id, scene.people[0].id, scene.session

    def left() -> int:
        return n_left_for(project_id, person_id=person_id, session=session, now=scene.now)

    n_asked = n_statements(session, left)
    for _ in range(4):
        scene.judge()

    # Neither the shares, nor what can come of them, nor what was had.
    assert n_statements(session, left) == n_asked - 3
    assert left() == 0


def test_a_list_of_work_looks_once_for_what_can_come(scene: Scene) -> None:
    project, person_id, session = scene.project, scene.people[0].id, scene.session

    def listed() -> None:
        list_work(person_id, session=session, now=scene.now)

    n_asked = n_statements(session, listed)
    give_shares(project, QualityShares(), session)

    assert n_statements(session, listed) == n_asked - 2


@pytest.mark.parametrize("purpose", CHECKS)
@pytest.mark.parametrize("language", ["de", "fr"], ids=["another language", "no route at all"])
def test_only_what_is_on_a_persons_routes_checks_them(
    scene: Scene, purpose: Purpose, language: str
) -> None:
    ready(scene, purpose)
    make_requirement(scene.session, scene.project, Requirement(matches_language=True))
    make_languages(scene.session, scene.people[0], "en" if language == "de" else "sw")
    work = scene.campaign.pairs[3].prompt_id
    for prompt_id in {pair.prompt_id for pair in scene.campaign.pairs} - {work}:
        route_prompt(scene.session, scene.session.get_one(Prompt, prompt_id), language="de")

    lease = scene.lease(purpose)

    assert lease is None or lease.purpose is Purpose.WORK


def test_a_control_on_a_persons_route_is_given_under_its_class(scene: Scene) -> None:
    make_requirement(scene.session, scene.project, Requirement(matches_language=True))
    make_languages(scene.session, scene.people[0], "de", "en")
    first, *_ = scene.campaign.pairs
    others = [scene.session.get_one(Prompt, pair.prompt_id) for pair in scene.campaign.pairs[1:]]
    route_prompt(scene.session, others[0], language="fr")

    assert scene.judge(Purpose.CONTROL).pair_id == first.id
