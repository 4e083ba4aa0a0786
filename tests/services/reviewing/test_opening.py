"""Cases are opened once, of what stands for good, with the experts whom they concern."""

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from evalhub.core.people import Role
from evalhub.core.reviewing.vocabulary import CaseKind, Trigger
from evalhub.db.models import Pair, ReviewExpert
from evalhub.services.reviewing.opening import look_through, projects_to_look_at
from tests.factories import add_member, make_person
from tests.services.reviewing.scene import DAY, LATER, Scene


def experts_of(scene: Scene) -> list[int]:
    query = select(ReviewExpert.person_id).order_by(
        col(ReviewExpert.case_id), col(ReviewExpert.number)
    )
    return list(scene.session.exec(query))


def test_f11_experts_who_prefer_different_answers_open_one_case(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.judge(1, 1)

    opened = scene.look()

    [case] = scene.cases()
    assert opened == 1
    assert (case.kind, case.trigger) == (CaseKind.ADJUDICATION, Trigger.SIGN_CONFLICT)
    assert (case.project_id, case.assignment_id) == (scene.project.id, None)
    assert experts_of(scene) == [one.id for one in scene.experts]


def test_looking_again_opens_nothing_twice(scene: Scene) -> None:
    scene.disagree()
    scene.send(1, 1, over=1)

    assert scene.look(DAY) == 0
    assert len(scene.cases()) == 1


def test_projects_without_news_are_not_looked_at(scene: Scene) -> None:
    assert projects_to_look_at(session=scene.session, now=scene.now + LATER) == []

    scene.judge(0, -1)
    assert projects_to_look_at(session=scene.session, now=scene.now) == []
    later = scene.now + LATER
    assert projects_to_look_at(session=scene.session, now=later) == [scene.project.id]

    look_through(scene.project.id, session=scene.session, now=later)
    assert projects_to_look_at(session=scene.session, now=later + DAY) == []


def agreed(scene: Scene) -> None:
    """Let two experts who disagreed come to the same preference."""
    scene.disagree()
    scene.send(1, -1, over=1)


def third_votes(scene: Scene, preference: int) -> None:
    """Let somebody else judge the pair as well."""
    third = make_person(scene.session, Role.ANNOTATOR)
    add_member(scene.session, scene.project, third)
    scene.session.get_one(Pair, scene.cases()[0].pair_id).overlap = 3
    scene.session.flush()
    scene.experts.append(third)
    scene.judge(2, preference)


def test_f11_who_contradicts_an_agreement_later_opens_the_next_case(scene: Scene) -> None:
    agreed(scene)
    third_votes(scene, 3)

    assert scene.look() == 1
    first, second = scene.cases()
    assert second.key == f"{first.key}:2"
    assert experts_of(scene)[-1] == scene.experts[2].id
    assert scene.look(DAY) == 0


def test_who_agrees_later_opens_none(scene: Scene) -> None:
    agreed(scene)
    third_votes(scene, -1)

    assert scene.look() == 0


def test_a_conflict_with_a_third_is_left_to_the_talk_while_it_lasts(scene: Scene) -> None:
    scene.disagree()
    third_votes(scene, 3)

    assert scene.look() == 0


def test_a_backlog_is_looked_through_window_by_window(scene: Scene) -> None:
    scene.share(1)
    scene.judge(0, -1)
    scene.now += LATER
    scene.judge(1, -1)
    scene.now += LATER

    looks = [
        look_through(scene.project.id, session=scene.session, now=scene.now, window=1)
        for _ in range(3)
    ]

    assert [(one.n_opened, one.is_rest_left) for one in looks] == [
        (1, True),
        (1, False),
        (0, False),
    ]
    assert [one.assignment_id for one in scene.cases()] == [one.id for one in scene.leases.values()]


def test_a_conflict_across_two_windows_is_found(scene: Scene) -> None:
    scene.judge(0, -1)
    scene.now += LATER
    scene.judge(1, 1)
    scene.now += LATER

    opened = [
        look_through(scene.project.id, session=scene.session, now=scene.now, window=1).n_opened
        for _ in range(2)
    ]

    assert opened == [0, 1]
    assert experts_of(scene) == [one.id for one in scene.experts]


def test_what_was_said_in_a_case_stays(scene: Scene) -> None:
    scene.keep(0, scene.disagree())

    for table in ("review_case", "review_expert", "review_step", "review_rule"):
        for verb in ("UPDATE {} SET id = id", "DELETE FROM {}"):
            held = scene.session.begin_nested()
            with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
                scene.session.connection().execute(sa.text(verb.format(table)))
            held.rollback()


def test_a_judgment_that_is_given_anew_is_drawn_no_second_time(scene: Scene) -> None:
    scene.share(1)
    scene.judge(0, -1)
    scene.look()
    scene.send_back(scene.cases()[0].id)
    scene.send(0, 1, over=1)

    assert scene.look() == 0
    assert len(scene.cases()) == 1
