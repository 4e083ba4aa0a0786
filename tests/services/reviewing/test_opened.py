"""What opens a case, and what does not."""

import random
from datetime import timedelta

import pytest

from evalhub.core.assigning import ReleaseReason
from evalhub.core.people import Origin
from evalhub.core.reviewing.vocabulary import CaseKind, Trigger
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from evalhub.services.reviewing.opening import projects_to_look_at
from tests.services.reviewing.scene import DAY, Scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_f11_a_spread_of_three_opens_a_case(scene: Scene) -> None:
    scene.judge(0, -3)
    scene.judge(1, 0)
    scene.look()

    assert [one.trigger for one in scene.cases()] == [Trigger.SPREAD]


def test_f11_a_veto_against_what_another_prefers_opens_a_case(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.judge(1, 1, vetoes=-1)
    scene.look()

    assert [one.trigger for one in scene.cases()] == [Trigger.VETO_CONFLICT]


def test_f02_a_veto_that_is_overridden_is_looked_at(scene: Scene) -> None:
    scene.judge(0, -1, vetoes=-1)
    scene.look()

    [case] = scene.cases()
    assert (case.kind, case.trigger) == (CaseKind.REVIEW, Trigger.OVERRIDE)
    assert case.assignment_id == scene.leases[0].id


def test_experts_who_agree_open_none(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.judge(1, -3)

    assert scene.look() == 0


def test_what_may_still_be_changed_is_left_for_later(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.judge(1, 1)

    assert scene.look(timedelta(minutes=9)) == 0
    scene.send(1, -1, over=1)
    assert scene.look() == 0


def test_f09_a_share_of_the_judgments_is_drawn(scene: Scene) -> None:
    scene.share(1)
    scene.judge(0, -1)
    scene.judge(1, -1)

    assert scene.look() == 2
    assert {one.trigger for one in scene.cases()} == {Trigger.SAMPLE}
    assert [one.assignment_id for one in scene.cases()] == [
        scene.leases[0].id,
        scene.leases[1].id,
    ]


def test_f11_a_reported_page_opens_a_case(scene: Scene) -> None:
    lease = lease_next(
        scene.project.id,
        person_id=scene.experts[0].id,
        session=scene.session,
        now=scene.now,
        rng=random.Random(1),
    )
    assert lease is not None
    release(
        lease.token,
        person_id=lease.person_id,
        reason=ReleaseReason.BROKEN,
        session=scene.session,
        now=scene.now,
    )

    assert scene.look() == 1
    assert [(one.kind, one.assignment_id) for one in scene.cases()] == [(CaseKind.REPORT, lease.id)]


def test_a_look_at_an_earlier_moment_forgets_nothing(scene: Scene) -> None:
    scene.disagree()

    scene.now -= DAY
    assert scene.look(timedelta()) == 0
    assert projects_to_look_at(session=scene.session, now=scene.now + DAY) == []


def test_made_up_experts_disagree_as_well(scene: Scene) -> None:
    for person in scene.experts:
        person.origin = Origin.SIMULATED

    assert scene.disagree() > 0


def test_who_cannot_judge_disagrees_with_nobody(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.judge(1, 1)
    scene.send(1, 1, over=1, overall="cannot_judge", cannot_judge_reason="missing_context")

    assert scene.look() == 0
