"""Decisions of a project as its releases tell them: whose judgments, in whose order."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.releasing.decisions import ReviewOutcome
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.db.models import Pair, Response
from evalhub.services.judging.current import current_judgments
from evalhub.services.releasing.decided import decisions_in
from evalhub.services.releasing.facts import gather_facts
from evalhub.services.releasing.gathering import gather
from tests.factories import make_consent, make_judgment
from tests.services.reviewing.scene import DAY, Scene, make_scene


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return make_scene(session, now)


def test_a_decision_is_told_of_every_judgment_of_its_pair(scene: Scene) -> None:
    scene.decide(scene.disagree(), verdict="first", reason="error")

    found = decisions_in(scene.project.id, session=scene.session)

    records = current_judgments(scene.project.id, session=scene.session)
    told = [found[record.public_id] for record in records]
    assert [one.review for one in told] == [None, None]
    pair = scene.session.get_one(Pair, scene.cases()[0].pair_id)
    first = scene.session.get_one(Response, pair.response_x_id)
    better = "a" if records[0].x.sha256 == first.sha256 else "b"
    assert {(one.pair and (one.pair.verdict, one.pair.reason)) for one in told} == {
        (better, "error")
    }


def test_a_pair_that_stays_split_is_told_as_split(scene: Scene) -> None:
    scene.decide(scene.disagree(), verdict="split", reason="both_defensible")

    found = decisions_in(scene.project.id, session=scene.session)

    verdicts = {one.pair.verdict for one in found.values() if one.pair}
    assert (verdicts, len(found)) == ({"split"}, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_returned_judgment_that_was_judged_again_is_told_with_its_version(scene: Scene) -> None:
    scene.share(1)
    scene.judge(0, -1)
    scene.look()
    scene.send_back(scene.cases()[0].id)
    scene.now += DAY
    scene.send(0, 1, over=1)

    found = decisions_in(scene.project.id, session=scene.session)

    (record,) = current_judgments(scene.project.id, session=scene.session)
    assert record.revision == 2
    assert found[record.public_id].review is ReviewOutcome.REVISED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_waits_and_what_another_project_decided_is_not_told(scene: Scene) -> None:
    scene.share(1)
    case_id = scene.disagree()

    assert decisions_in(scene.project.id, session=scene.session) == {}
    review = next(one.id for one in scene.cases() if one.assignment_id)
    scene.answer(review, CaseStep.ACCEPTED)
    scene.decide(case_id)
    outcomes = [
        one.review for one in decisions_in(scene.project.id, session=scene.session).values()
    ]
    assert sorted(map(str, outcomes)) == ["None", "accepted"]
    assert decisions_in(scene.project.id + 1, session=scene.session) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_decision_makes_another_state_of_the_project(scene: Scene) -> None:
    case_id = scene.disagree()
    project, session = scene.project, scene.session
    for expert in scene.experts:
        make_consent(session, expert)
    before = gather(project, secret="s" * 32, session=session)

    scene.decide(case_id)

    after = gather(project, secret="s" * 32, session=session)
    assert before.judgments_sha256 != after.judgments_sha256
    assert (len(before.decisions), len(after.decisions)) == (0, 2)
    assert (len(before.settled), [one.reason for one in after.settled.values()]) == (0, ["error"])
    assert gather(project, secret="s" * 32, session=session).judgments_sha256 == (
        after.judgments_sha256
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_dossier_counts_a_decided_pair_once(scene: Scene) -> None:
    scene.decide(scene.disagree(), verdict="split", reason="both_defensible")
    for expert in scene.experts:
        make_consent(scene.session, expert)
    source = gather(scene.project, secret="s" * 32, session=scene.session)

    told = gather_facts(source, session=scene.session).campaign

    assert told.verdicts.items == (("stays split", 1),)
    assert told.reasons.items == (("each view can be defended", 1),)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_time_at_the_page_makes_another_state_and_no_other_hash_of_judgments(scene: Scene) -> None:
    session, expert = scene.session, scene.experts[0]
    make_consent(session, expert)
    pair = session.exec(select(Pair).where(Pair.project_id == scene.project.id)).all()[0]
    found = []
    for seconds in (300.0, 400.0):
        with session.begin_nested() as saved:
            make_judgment(session, pair, expert, active_seconds=seconds)
            found.append(gather(scene.project, secret="s" * 32, session=session))
            saved.rollback()

    first, second = found
    assert (first.n_released, second.n_released) == (1, 1)
    assert first.judgments_sha256 == second.judgments_sha256
    # The dossier tells the median, so equal states would not give equal files.
    assert first.released_sha256 != second.released_sha256
