"""Nobody reads or answers a case about a pair that they judged, judge, or may yet be given."""

import pytest

from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.db.models import Pair, Person
from evalhub.errors import Forbidden
from evalhub.services.reviewing.reading import case_to_answer, queue
from tests.factories import add_member, make_assignment, make_judgment, make_person
from tests.services.reviewing.scene import Scene, actor_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reviewed(scene: Scene) -> int:
    """Let the first expert's judgment be drawn for review; return its case."""
    scene.share(1)
    scene.judge(0, -1)
    scene.look()
    return scene.cases()[0].id


def both_roles(person: Person) -> Actor:
    return actor_of(person, Role.ANNOTATOR, Role.REVIEWER)


def is_listed(scene: Scene, case_id: int, actor: Actor) -> bool:
    found = queue(actor=actor, session=scene.session, now=scene.now)
    return case_id in [one.id for one in found.items]


def refuse(scene: Scene, case_id: int, actor: Actor, match: str) -> None:
    """Check that somebody is neither offered nor shown a case, and cannot answer it."""
    assert not is_listed(scene, case_id, actor)
    with pytest.raises(Forbidden, match=match):
        case_to_answer(case_id, actor=actor, session=scene.session, now=scene.now)
    with pytest.raises(Forbidden, match=match):
        scene.answer(case_id, CaseStep.RETURNED, actor, reason="guideline")


def pair_of(scene: Scene) -> Pair:
    return scene.session.get_one(Pair, scene.cases()[0].pair_id)


def test_f09_who_judged_the_same_pair_reviews_nobody_on_it(scene: Scene) -> None:
    case_id = reviewed(scene)
    scene.judge(1, 3)

    refuse(scene, case_id, both_roles(scene.experts[1]), "given to you")
    assert is_listed(scene, case_id, scene.rita)


def test_f25_who_judged_after_a_disagreement_opened_does_not_decide_it(scene: Scene) -> None:
    case_id = scene.disagree()
    third = make_person(scene.session, Role.ANNOTATOR)
    make_judgment(scene.session, pair_of(scene), third)
    scene.keep(0, case_id)
    scene.keep(1, case_id)

    with pytest.raises(Forbidden, match="given to you"):
        scene.answer(case_id, CaseStep.DECIDED, both_roles(third), verdict="second", reason="error")


@pytest.mark.parametrize("status", [AssignmentStatus.LEASED, AssignmentStatus.RELEASED])
def test_f01_who_was_given_the_pair_does_not_read_what_another_said(
    scene: Scene, status: AssignmentStatus
) -> None:
    case_id = reviewed(scene)
    third = make_person(scene.session, Role.ANNOTATOR)
    make_assignment(scene.session, pair_of(scene), third, status=status)

    refuse(scene, case_id, both_roles(third), "given to you")


def test_f01_to_whom_the_pair_may_still_come_it_stays_blind(scene: Scene) -> None:
    case_id = reviewed(scene)
    third = make_person(scene.session, Role.ANNOTATOR)
    assert is_listed(scene, case_id, both_roles(third))

    add_member(scene.session, scene.project, third)

    refuse(scene, case_id, both_roles(third), "may still come")


def test_a_pair_that_is_fully_judged_comes_to_nobody(scene: Scene) -> None:
    case_id = reviewed(scene)
    third = make_person(scene.session, Role.ANNOTATOR)
    add_member(scene.session, scene.project, third)
    scene.judge(1, -1)

    assert is_listed(scene, case_id, both_roles(third))


def test_a_lease_that_ran_out_may_come_back(scene: Scene) -> None:
    case_id = reviewed(scene)
    third = make_person(scene.session, Role.ANNOTATOR)
    make_assignment(scene.session, pair_of(scene), third, status=AssignmentStatus.EXPIRED)

    refuse(scene, case_id, both_roles(third), "may still come")
    scene.project.status = ProjectStatus.CLOSED
    assert is_listed(scene, case_id, both_roles(third))


def test_f01_whoever_could_join_is_kept_from_it_and_who_could_not_is_not(scene: Scene) -> None:
    case_id = reviewed(scene)
    third = make_person(scene.session, Role.ANNOTATOR)
    scene.project.is_joinable = True
    scene.session.flush()

    refuse(scene, case_id, both_roles(third), "may still come")
    assert is_listed(scene, case_id, scene.rita)
    assert is_listed(scene, case_id, command_actor())


def test_who_decided_is_not_offered_the_appeal_against_it(scene: Scene) -> None:
    case_id = reviewed(scene)
    scene.send_back(case_id)
    scene.appeal(0, case_id)

    assert not is_listed(scene, case_id, scene.rita)
    assert is_listed(scene, case_id, scene.otto)
    shown = [
        case_to_answer(case_id, actor=one, session=scene.session, now=scene.now).may_answer
        for one in (scene.rita, scene.otto)
    ]
    assert shown == [False, True]
