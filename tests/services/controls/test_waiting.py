"""Two who write of one control at once: neither waits for ever, and one of them is refused."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import Purpose
from evalhub.core.judging.known import KeyAnswer
from evalhub.core.qualifying.contests import ContestOutcome
from evalhub.db.engine import Database
from evalhub.db.models import Project
from evalhub.errors import Conflict
from evalhub.services.controls.contesting import contests_in
from evalhub.services.controls.sharing import hold_unclosed
from evalhub.services.locks import lock
from tests.services.controls.scene import WEEK, Scene, answer, contest, make_scene
from tests.writing import wait_for_lock

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def wrong(database: Database, now: datetime) -> tuple[Scene, Lease]:
    """Commit a control that the first expert answered otherwise a week ago."""
    with database.transaction() as session:
        scene = make_scene(session, now)
        lease = scene.judge(Purpose.CONTROL, preference=1)
        scene.now += WEEK
    return scene, lease


def seen_by(session: Session, scene: Scene) -> Scene:
    """Return a scene over another session."""
    project = session.get_one(Project, scene.project.id)
    return replace(scene, session=session, campaign=replace(scene.campaign, project=project))


def start(database: Database, scene: Scene, act: Callable[[Scene], object]) -> threading.Thread:
    """Let somebody else act in a transaction of their own."""

    def run() -> None:
        with database.transaction() as session:
            act(seen_by(session, scene))

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_who_answers_a_contest_waits_for_who_mends_the_key_and_not_the_other_way_round(
    database: Database, wrong: tuple[Scene, Lease]
) -> None:
    scene, lease = wrong
    with database.transaction() as session:
        public_id = contest(seen_by(session, scene), lease)

    with database.transaction() as session:
        hold_unclosed(session.get_one(Project, scene.project.id), session)
        other = start(
            database,
            scene,
            lambda own: answer(own, public_id, ContestOutcome.OVERTURNED, KeyAnswer.Y),
        )
        wait_for_lock(database)
        # Who holds the row may go on to the control: whoever waits for the row holds nothing yet.
        lock(f"control {lease.pair_id}", session=session)
    other.join()

    with database.transaction(write=False) as session:
        project = session.get_one(Project, scene.project.id)
        [found] = contests_in(project, session=session, now=scene.now)
    assert found.outcome is ContestOutcome.OVERTURNED


def test_a_key_that_is_contested_twice_at_once_is_contested_once(
    database: Database, wrong: tuple[Scene, Lease]
) -> None:
    scene, lease = wrong
    refused: list[str] = []

    def contest_again(own: Scene) -> None:
        with pytest.raises(Conflict) as caught:
            contest(own, lease, "Once more.")
        refused.append(str(caught.value))

    with database.transaction() as session:
        public_id = contest(seen_by(session, scene), lease)
        other = start(database, scene, contest_again)
        wait_for_lock(database)
    other.join()

    assert refused == ["You have contested this key already."]
    with database.transaction(write=False) as session:
        project = session.get_one(Project, scene.project.id)
        found = contests_in(project, session=session, now=scene.now)
    assert [one.public_id for one in found] == [public_id]
