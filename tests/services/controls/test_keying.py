"""Keys of controls: who writes them, that versions stay, and that figures follow the newest."""

import pytest
from sqlmodel import col, select

from evalhub.core.campaigns import ProjectStatus, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.people import Role
from evalhub.core.scoring.annotators.figures import NO_CONTROL_JUDGED
from evalhub.db.models import ControlItem, ControlKey
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, StaleForm
from evalhub.services.controls.keying import add_control, mend_control
from evalhub.services.controls.reading import list_controls, quality_of
from tests.factories import make_assignment, make_judgment, make_person
from tests.services.controls.scene import Scene, actor_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
X, TIE, Y = KeyAnswer.X, KeyAnswer.TIE, KeyAnswer.Y


def mend(
    scene: Scene,
    *accepted: KeyAnswer,
    over: int = 1,
    role: Role = Role.COORDINATOR,
    reason: str = "Both doses are right.",
    pair: int = 0,
) -> None:
    """Write another key of the scene's first control."""
    mend_control(
        scene.project.slug,
        scene.campaign.pairs[pair].id,
        frozenset(accepted),
        over=over,
        reason=reason,
        session=scene.session,
        actor=actor_of(scene.coordinator, role),
        now=scene.now,
    )


@pytest.fixture
def answered(scene: Scene) -> Scene:
    """Let the first expert answer both controls as y, which is wrong."""
    for _ in range(2):
        scene.judge(Purpose.CONTROL, preference=1)
    return scene


def test_a_mended_key_changes_what_was_answered_and_every_version_stays(answered: Scene) -> None:
    before = quality_of(answered.project, session=answered.session).accuracy

    mend(answered, X, Y)

    after = quality_of(answered.project, session=answered.session)
    assert (before.value, before.n) == (0.0, 2)
    assert (after.accuracy.value, after.accuracy.n) == (0.5, 2)
    keys = answered.session.exec(
        select(ControlKey.number, ControlKey.accepted)
        .where(ControlKey.pair_id == answered.campaign.pairs[0].id)
        .order_by(col(ControlKey.number))
    ).all()
    assert list(keys) == [(1, "x"), (2, "x,y")]


def test_a_withdrawn_control_counts_for_nobody_and_is_given_no_more(answered: Scene) -> None:
    mend(answered)

    found = quality_of(answered.project, session=answered.session)
    assert found.accuracy.n == 1
    assert [one.is_given for one in found.controls] == [True, False]
    given = [answered.lease(Purpose.CONTROL, who=1), *()]
    assert given[0] is not None
    assert given[0].pair_id == answered.campaign.pairs[1].id


def test_a_withdrawn_control_shows_no_share_of_right_answers(answered: Scene) -> None:
    mend(answered)

    given, withdrawn = list_controls(answered.project.id, session=answered.session)

    assert (given.right.value, given.right.n) == (0.0, 1)
    assert (withdrawn.right.value, withdrawn.right.n) == (None, 0)
    assert withdrawn.right.reason == NO_CONTROL_JUDGED


def test_a_control_tells_its_key_and_how_it_was_answered(answered: Scene) -> None:
    first = list_controls(answered.project.id, session=answered.session)[0]

    assert (first.accepted, first.number, first.is_given) == (frozenset({X}), 1, True)
    assert (first.right.value, first.right.n) == (0.0, 1)
    assert first.x != first.y


def test_a_key_that_somebody_else_wrote_meanwhile_is_not_written_over(scene: Scene) -> None:
    mend(scene, X, TIE)

    with pytest.raises(StaleForm, match="Version 2"):
        mend(scene, TIE)


def test_a_key_is_changed_by_those_who_run_projects_and_says_something_new(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        mend(scene, Y, role=Role.ANNOTATOR)
    with pytest.raises(Conflict, match="holds already"):
        mend(scene, X)
    with pytest.raises(BadInput, match="asks nothing"):
        mend(scene, X, TIE, Y)
    with pytest.raises(NotFound):
        mend(scene, Y, pair=4)


def test_a_pair_is_added_by_its_prompt_and_endpoints_in_either_order(scene: Scene) -> None:
    first = list_controls(scene.project.id, session=scene.session)[0]

    added = add_control(
        scene.project.slug,
        "p2",
        (first.y, first.x),
        accepted={X},
        reason="Checked by two physicians.",
        session=scene.session,
        actor=actor_of(scene.coordinator, Role.RESEARCHER),
        now=scene.now,
    )

    key = scene.session.exec(select(ControlKey).where(ControlKey.pair_id == added)).one()
    assert (added, key.accepted) == (scene.campaign.pairs[2].id, "y")
    item = scene.session.exec(select(ControlItem).where(ControlItem.pair_id == added)).one()
    assert item.added_by == scene.coordinator.id


def test_a_closed_project_gets_no_control_and_no_key(scene: Scene) -> None:
    first = list_controls(scene.project.id, session=scene.session)[0]
    scene.project.status = ProjectStatus.CLOSED
    scene.session.flush()

    with pytest.raises(Conflict, match="closed for good"):
        scene.add_control(scene.campaign.pairs[2], frozenset({X}))
    with pytest.raises(Conflict, match="closed for good"):
        mend(scene, X, TIE)

    assert list_controls(scene.project.id, session=scene.session)[0] == first


@pytest.mark.parametrize(
    ("prompt", "accepted", "error"),
    [
        ("p9", {X}, NotFound),
        ("p0", {X}, Conflict),
        ("p2", set(), BadInput),
        ("p2", {X, TIE, Y}, BadInput),
    ],
    ids=["no such pair", "a control already", "no answer", "every answer"],
)
def test_what_is_no_control_is_refused_by_name(
    scene: Scene, prompt: str, accepted: set[KeyAnswer], error: type[Exception]
) -> None:
    first = list_controls(scene.project.id, session=scene.session)[0]

    with pytest.raises(error):
        add_control(
            scene.project.slug,
            prompt,
            (first.x, first.y),
            accepted=accepted,
            reason="Checked.",
            session=scene.session,
            actor=actor_of(make_person(scene.session), Role.COORDINATOR),
            now=scene.now,
        )


def test_a_pair_of_other_endpoints_is_not_taken_for_it(scene: Scene) -> None:
    with pytest.raises(NotFound):
        add_control(
            scene.project.slug,
            "p2",
            ("none@1", "none@2"),
            accepted={X},
            reason="Checked.",
            session=scene.session,
            actor=actor_of(scene.coordinator, Role.COORDINATOR),
            now=scene.now,
        )


def test_who_could_not_judge_a_control_answered_nothing(scene: Scene) -> None:
    pair, person = scene.campaign.pairs[0], scene.people[0]
    given = make_assignment(scene.session, pair, person, purpose=Purpose.CONTROL)
    make_judgment(scene.session, pair, person, assignment=given, choice=Choice.CANNOT_JUDGE)

    assert list_controls(scene.project.id, session=scene.session)[0].right.n == 0
