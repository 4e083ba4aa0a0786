"""A worker builds what was asked for, and another takes over what one left."""

import threading

import pytest
from dbos import DBOS

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.core.queued_work import WorkStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.jobs.pulls import WorkerStopping
from evalhub.jobs.queued_work import StillHeldError, build_jobs
from evalhub.jobs.worker import Pace, run_worker
from evalhub.services.releasing.builds import BUILDS, retry_build
from evalhub.services.releasing.running import BuildTools
from evalhub.services.releasing.verifying import verify_release
from tests.building import ask, look, row_id, run
from tests.factories import MOMENT
from tests.release_project import make_tiny_project

PACE = Pace(round_s=0.05, lease_s=2.0, grace_s=1.0)


def drain(settings: Settings) -> None:
    """Run a worker until nothing is left."""
    run_worker(settings, environ={}, stop=threading.Event(), is_draining=True, pace=PACE)


def test_a_worker_builds_what_is_queued(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    asked = ask(database)

    drain(settings)

    found = look(database, asked)
    assert (found.status, found.release) == (WorkStatus.DONE, "1.0.0")
    assert verify_release(settings.releases_dir / "tiny/1.0.0").is_good


def test_a_build_that_a_worker_left_is_run_again(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    asked = ask(database)
    stop = threading.Event()
    stop.set()
    run(database, settings, asked, stop=stop)
    with database.transaction() as session:
        # Its job is lost with its worker; who follows it tries again.
        retry_build(asked.public_id, session=session, actor=command_actor(), now=MOMENT)

    drain(settings)

    assert look(database, asked).status is WorkStatus.DONE


def test_a_build_that_another_process_holds_is_not_over(
    database: Database, settings: Settings
) -> None:
    """A machine that died holds its claim until the database notices; its build must go on."""
    with database.transaction() as session:
        make_tiny_project(session)
    jobs = build_jobs(database, BuildTools(lambda: MOMENT, settings=settings))
    build = row_id(database, ask(database))

    with claim(database, BUILDS.claim_name(build)), pytest.raises(StillHeldError, match="is held"):
        jobs.run(build)

    DBOS.destroy(destroy_registry=True)


def test_a_worker_that_stops_leaves_its_build_unfinished(
    database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    stop = threading.Event()
    stop.set()
    jobs = build_jobs(database, BuildTools(lambda: MOMENT, stop, settings=settings))
    asked = ask(database)

    # No outcome reaches the engine, so another worker runs the job.
    with pytest.raises(WorkerStopping):
        jobs.run(row_id(database, asked))

    DBOS.destroy(destroy_registry=True)
    assert look(database, asked).status is WorkStatus.RUNNING
    assert jobs.running.wait_until_idle(0.0)
