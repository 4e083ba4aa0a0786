"""What checks quality stands apart from scores, reviews and releases, and shows where it should."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.reviewing.alerts import CheckKind
from evalhub.db.models import Pair, Prompt
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.assigning.releasing import end_lease, release
from evalhub.services.controls.reading import quality_of
from evalhub.services.judging.current import current_judgments, judgments_compared
from evalhub.services.judging.history import own_judgments
from evalhub.services.operating.health import project_health
from evalhub.services.projects.progress import progress_of
from evalhub.services.qualifying.evidence import evidence_of
from evalhub.services.releasing.facts import gather_facts
from evalhub.services.releasing.gathering import gather
from evalhub.services.reviewing.alerts import check_project, project_alerts
from evalhub.services.reviewing.feedback import Feedback, feedback_of
from evalhub.services.reviewing.opening import look_through, projects_to_look_at
from evalhub.services.scoring.annotators import project_annotators
from evalhub.services.scoring.boards import project_boards
from evalhub.services.scoring.log import newest_id, sightings
from evalhub.services.selecting.tallies import tally_project
from tests.factories import make_assignment, make_consent, make_judgment, make_person
from tests.services.controls.scene import WEEK, Scene, make_anchor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def standing(scene: Scene) -> tuple[object, ...]:
    """Return all that work alone may move."""
    project, session = scene.project, scene.session
    session.expire_all()
    progress = progress_of(project, session=session)
    return (
        current_judgments(project.id, session=session),
        project_boards(project.slug, session=session).boards,
        tally_project(project.id, session=session).scores.tolist(),
        newest_id(project.id, session=session),
        sightings(project.id, since=None, after=0, session=session),
        (progress.n_taken, progress.n_judgments, progress.n_leased),
    )


@pytest.fixture
def checked(scene: Scene) -> Scene:
    """Let the first expert judge two of three pairs of work, and a week pass."""
    make_anchor(scene, scene.campaign.pairs[4])
    scene.judge(preference=-1)
    scene.judge(preference=1)
    scene.now += WEEK
    scene.judge(who=1)
    return scene


@pytest.mark.parametrize("purpose", [Purpose.CONTROL, Purpose.REPEAT, Purpose.ANCHOR])
def test_no_score_plan_or_count_knows_of_it(scene: Scene, purpose: Purpose) -> None:
    scene.judge(preference=-1)
    scene.now += WEEK
    make_anchor(scene, scene.campaign.pairs[4])
    before = standing(scene)

    assert scene.judge(purpose, preference=1).purpose is purpose

    assert standing(scene) == before


def test_no_case_of_review_comes_of_it(scene: Scene) -> None:
    scene.judge(Purpose.CONTROL, who=0, preference=-1)
    scene.judge(Purpose.CONTROL, who=1, preference=1)
    scene.now += timedelta(hours=1)

    assert projects_to_look_at(session=scene.session, now=scene.now) == []
    assert look_through(scene.project.id, session=scene.session, now=scene.now).n_opened == 0


def test_f53_figures_tell_how_controls_and_repeats_were_answered(checked: Scene) -> None:
    checked.judge(Purpose.CONTROL, preference=-1)
    checked.judge(Purpose.CONTROL, preference=1)
    checked.judge(Purpose.REPEAT, preference=-1)

    found = project_annotators(checked.project.slug, session=checked.session, actor=command_actor())

    mine = {one.n_judgments: one for one in found.figures}[2]
    assert (mine.control.value, mine.control.n) == (0.5, 2)
    assert mine.consistency.n == 1
    assert found.n_judgments == 3


def test_f53_accuracy_on_controls_is_told_by_week(checked: Scene) -> None:
    checked.judge(Purpose.CONTROL, preference=-1)

    week = project_health(checked.project, session=checked.session, now=checked.now)[0]

    assert (week.accuracy.value, week.accuracy.n) == (1.0, 1)


def feedback(scene: Scene) -> Feedback:
    return feedback_of(scene.people[0].id, session=scene.session, now=scene.now)


@pytest.mark.parametrize("purpose", [Purpose.CONTROL, Purpose.REPEAT, Purpose.ANCHOR])
@pytest.mark.parametrize("preference", [-1, 1])
def test_f25_nothing_but_their_number_tells_that_something_was_judged(
    checked: Scene, purpose: Purpose, preference: int
) -> None:
    before = feedback(checked)

    assert checked.judge(purpose, preference=preference).purpose is purpose

    after = feedback(checked)
    assert after.week.n_judgments == before.week.n_judgments + 1
    # The side that was preferred is counted of all alike, and known to who preferred it.
    same = replace(after.week, n_judgments=before.week.n_judgments, left=before.week.left)
    assert replace(after, week=same) == before


def test_f25_a_week_later_both_shares_are_told(checked: Scene) -> None:
    checked.judge(Purpose.CONTROL, preference=1)
    checked.judge(Purpose.REPEAT, preference=-1)
    checked.now += WEEK

    found = feedback(checked)

    assert (found.week.control.n, found.before.n_judgments) == (0, 2)
    assert (found.before.control.value, found.before.control.n) == (0.0, 1)
    assert found.before.consistency.n == 1
    assert found.before.agreement.n == 0


def test_ones_own_history_and_count_hold_everything_that_was_done(checked: Scene) -> None:
    person = checked.people[0]
    checked.judge(Purpose.CONTROL)

    history = own_judgments(person.id, session=checked.session, now=checked.now)
    evidence = evidence_of(
        person.id, checked.project.domain, session=checked.session, now=checked.now
    )

    assert (len(history.items), evidence.n_judgments) == (3, 3)


def test_what_the_project_sees_names_nobody_and_counts_by_purpose(checked: Scene) -> None:
    checked.judge(Purpose.CONTROL)
    checked.judge(Purpose.ANCHOR)
    checked.judge(Purpose.ANCHOR, who=1)

    found = quality_of(checked.project, session=checked.session)

    assert found.n_by_purpose == {Purpose.WORK: 3, Purpose.CONTROL: 1, Purpose.ANCHOR: 2}
    assert (found.n_anchors, len(found.controls)) == (1, 2)
    assert [(one.n_annotators, one.agreement.n) for one in found.periods] == [(2, 2)]


def test_what_the_project_sees_is_read_from_what_is_compared_alone(checked: Scene) -> None:
    again = checked.judge(Purpose.REPEAT)
    checked.judge(Purpose.CONTROL)

    read = judgments_compared(checked.project.id, session=checked.session)

    assert Counter(one.purpose for one in read if one.purpose is not Purpose.WORK) == {
        Purpose.REPEAT: 1,
        Purpose.CONTROL: 1,
    }
    prompt = checked.session.get_one(Pair, again.pair_id).prompt_id
    key = checked.session.get_one(Prompt, prompt).key
    assert {one.prompt_key for one in read if one.purpose is Purpose.WORK} == {key}
    assert quality_of(checked.project, session=checked.session).repeats.consistency.n == 1


def test_f49_an_anchor_that_is_answered_otherwise_alerts_a_person_about_the_project(
    session: Session, scene: Scene
) -> None:
    _judge_anchors(scene, period=1, is_turned=False)
    _judge_anchors(scene, period=2, is_turned=True)
    scene.now += timedelta(days=40)

    assert check_project(scene.project, session=session, now=scene.now) == 1
    assert check_project(scene.project, session=session, now=scene.now) == 0

    (view,) = project_alerts(scene.project, actor=_reader(), session=session)
    assert (view.alert.kind, view.alert.person_id, view.who) == (CheckKind.DRIFT, None, "")
    assert view.alert.value < view.alert.expected


def _judge_anchors(scene: Scene, *, period: int, is_turned: bool) -> None:
    """Let thirteen people judge both anchors in a period, all alike or one way each."""
    for _ in range(13):
        person = make_person(scene.session, Role.ANNOTATOR)
        for pair in scene.campaign.pairs[3:]:
            given = make_assignment(
                scene.session,
                pair,
                person,
                status=AssignmentStatus.SUBMITTED,
                purpose=Purpose.ANCHOR,
                occasion=period,
            )
            make_judgment(
                scene.session,
                pair,
                person,
                assignment=given,
                choice=Choice.B if is_turned else Choice.A,
                later=timedelta(days=28 * (period - 1)),
            )


def _reader() -> Actor:
    return Actor(None, "somebody", frozenset({Role.COORDINATOR}))


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    history=st.lists(
        st.tuples(
            st.sampled_from([Purpose.CONTROL, Purpose.REPEAT, Purpose.ANCHOR]),
            st.integers(0, 1),
            st.sampled_from(list(ReleaseReason)[:5]),
        ),
        max_size=6,
    )
)
def test_f19_giving_back_what_checks_quality_moves_nothing(
    session: Session, scene: Scene, history: list[tuple[Purpose, int, ReleaseReason]]
) -> None:
    held = session.begin_nested()
    prepared = replace(scene)
    make_anchor(prepared, prepared.campaign.pairs[5])
    for who in (0, 1):
        prepared.judge(who=who)
    prepared.now += WEEK
    before = [standing(prepared), *(_open_to(prepared, who) for who in (0, 1))]

    for purpose, who, reason in history:
        lease = prepared.lease(purpose, who)
        if lease is not None and lease.purpose is not Purpose.WORK:
            release(
                lease.token,
                person_id=lease.person_id,
                reason=reason,
                session=session,
                now=prepared.now,
            )
        elif lease is not None:
            # None was left for them and this one is work, whose skip is told of elsewhere.
            end_lease(lease, reason=reason, session=session, now=prepared.now)
            session.delete(prepared.row(lease))
            session.flush()

    assert [standing(prepared), *(_open_to(prepared, who) for who in (0, 1))] == before
    held.rollback()


def _open_to(scene: Scene, who: int) -> int:

    return n_open_to(
        scene.project.id, person_id=scene.people[who].id, session=scene.session, now=scene.now
    )


@pytest.mark.parametrize("is_released", [True, False], ids=["of the release", "others"])
def test_the_dossier_tells_how_steady_the_people_of_a_release_are(
    checked: Scene, *, is_released: bool
) -> None:
    if is_released:
        make_consent(checked.session, checked.people[0])
    checked.judge(Purpose.REPEAT)
    checked.judge(Purpose.CONTROL)
    checked.judge(Purpose.CONTROL, preference=1)
    source = gather(
        checked.project,
        secret="s" * 32,
        session=checked.session,
        recipe=Recipe(gates=(GateRule(Gate.NO_CONSENT, GateAction.EXCLUDE),)),
    )

    told = gather_facts(source, session=checked.session).campaign

    assert (told.n_again, told.n_same_again) == ((1, 1) if is_released else (0, 0))
    assert (told.n_control_answers, told.n_control_pairs) == (2, 2)
