"""A worker runs what is queued, takes over what was lost, and leaves what it cannot finish."""

import signal
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.jobs.worker import Pace, run_worker
from evalhub.services.pulling import cancel_pull, get_pull
from evalhub.services.workers import LEASE_S, live_workers
from tests.factories import MOMENT
from tests.processes import (
    HalfwayServer,
    assert_whole_and_unrepeated,
    run_command,
    stored_texts,
)
from tests.pulling import ACTOR, Scene

PACE = Pace(round_s=0.05, lease_s=2.0, grace_s=1.0)


def drain(settings: Settings, pace: Pace = PACE) -> None:
    """Run a worker until nothing is left."""
    run_worker(settings, environ={}, stop=threading.Event(), is_draining=True, pace=pace)


def status_of(scene: Scene, public_id: str) -> PullStatus:
    """Return where a pull stands."""
    with scene.database.transaction(write=False) as session:
        return get_pull(public_id, session=session).status


def workers_of(scene: Scene) -> frozenset[str]:
    """Return the workers that are live by the usual lease."""
    with scene.database.transaction(write=False) as session:
        return live_workers(LEASE_S, session=session)


def test_draining_runs_what_is_queued_and_ends(scene: Scene, settings: Settings) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick", "model-b")
    pull = scene.start("careful", "quick", is_foreground=False)
    beside = scene.start("careful")

    drain(settings)

    assert status_of(scene, pull.public_id) is PullStatus.DONE
    assert status_of(scene, beside.public_id) is PullStatus.RUNNING
    assert scene.server.calls.total() == 6
    assert workers_of(scene) == frozenset()


def test_two_pulls_of_the_same_ask_nothing_twice(scene: Scene, settings: Settings) -> None:
    scene.endpoint()
    pulls = [scene.start(is_foreground=False) for _ in range(2)]

    drain(settings)

    assert {status_of(scene, pull.public_id) for pull in pulls} == {PullStatus.DONE}
    assert set(scene.server.calls.values()) == {1}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_pull_goes_on_by_itself_after_a_fault_of_the_database(
    scene: Scene, settings: Settings
) -> None:
    scene.endpoint()
    pull = scene.start(is_foreground=False)
    faults = [sa.exc.OperationalError("INSERT", {}, Exception("the server closed"))]

    def fail_once(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if faults and statement.startswith("INSERT INTO response"):
            raise faults.pop()

    sa.event.listen(sa.Engine, "before_cursor_execute", fail_once)
    try:
        drain(settings)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", fail_once)

    assert faults == []
    assert status_of(scene, pull.public_id) is PullStatus.DONE


def test_a_cancelled_pull_is_not_run(scene: Scene, settings: Settings) -> None:
    scene.endpoint()
    pull = scene.start(is_foreground=False)
    with scene.database.transaction() as session:
        cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)

    drain(settings)

    assert scene.server.calls.total() == 0


def test_a_share_that_fails_ends_its_pull_with_the_reason(scene: Scene, settings: Settings) -> None:
    scene.endpoint()
    with scene.database.transaction() as session:
        session.execute(sa.text("UPDATE endpoint SET api_key_ref = 'env:NO_API_KEY'"))
    pull = scene.start(is_foreground=False)

    drain(settings)

    assert status_of(scene, pull.public_id) is PullStatus.FAILED


@pytest.mark.parametrize(
    ("number", "pace"),
    [
        pytest.param(signal.SIGKILL, PACE, id="killed"),
        # A worker that leaves in order hands its jobs on at once, whatever the lease.
        pytest.param(signal.SIGTERM, Pace(round_s=0.05, lease_s=3600), id="told to stop"),
    ],
)
def test_the_next_worker_goes_on_where_the_last_one_ended(
    big_scene: Scene,
    halfway_server: HalfwayServer,
    settings: Settings,
    number: signal.Signals,
    pace: Pace,
) -> None:
    pull = big_scene.start(is_foreground=False)
    folder: Path = settings.instance_dir
    first = run_command(settings.database_url, folder, "worker")
    assert halfway_server.is_halfway.wait(60), first.communicate()
    first.send_signal(number)
    first.communicate(timeout=60)
    committed = stored_texts(big_scene.database)

    drain(settings, pace)

    assert first.returncode == (-number if number is signal.SIGKILL else 0)
    assert status_of(big_scene, pull.public_id) is PullStatus.DONE
    assert_whole_and_unrepeated(big_scene.database, halfway_server, committed)


def test_a_stopping_worker_leaves_its_jobs_unfinished(
    big_scene: Scene, halfway_server: HalfwayServer, settings: Settings
) -> None:
    pull = big_scene.start(is_foreground=False)
    run_worker(settings, environ={}, stop=halfway_server.is_halfway, pace=PACE)
    committed = stored_texts(big_scene.database)

    drain(settings)

    assert status_of(big_scene, pull.public_id) is PullStatus.DONE
    assert_whole_and_unrepeated(big_scene.database, halfway_server, committed)


def test_a_worker_that_stops_is_no_longer_live(scene: Scene, settings: Settings) -> None:
    stop = threading.Event()
    stop.set()

    run_worker(settings, environ={}, stop=stop, pace=PACE)

    assert workers_of(scene) == frozenset()


def test_a_schema_that_is_old_refuses_to_start(session: Session, settings: Settings) -> None:
    session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()

    with pytest.raises(Exception, match="evalhub db upgrade"):
        drain(settings)
