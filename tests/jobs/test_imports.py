"""A worker imports what was asked for, and another takes over what one left."""

import threading

import pytest
from dbos import DBOS

from evalhub.config import Settings
from evalhub.core.queued_work import WorkStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.jobs.pulls import WorkerStopping
from evalhub.jobs.queued_work import StillHeldError, import_jobs
from evalhub.jobs.worker import Pace, run_worker
from evalhub.services.prompt_sets.imports import IMPORTS
from evalhub.services.queued_work import WorkTools
from tests.factories import MOMENT
from tests.prompt_imports import ask, look, row_id


def test_a_worker_imports_what_is_queued(database: Database, settings: Settings) -> None:
    asked = ask(database, freezes=True)
    pace = Pace(round_s=0.05, lease_s=2.0, grace_s=1.0)

    run_worker(settings, environ={}, stop=threading.Event(), is_draining=True, pace=pace)

    version = look(database, asked).version
    assert version is not None
    assert version.name == "fevers@1"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_import_that_another_process_holds_is_not_over(database: Database) -> None:
    """A machine that died holds its claim until the database notices; its import must go on."""
    jobs = import_jobs(database, WorkTools(lambda: MOMENT))
    number = row_id(database, ask(database))

    with (
        claim(database, IMPORTS.claim_name(number)),
        pytest.raises(StillHeldError, match="is held"),
    ):
        jobs.run(number)

    DBOS.destroy(destroy_registry=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_stops_leaves_its_import_unfinished(database: Database) -> None:
    stop = threading.Event()
    stop.set()
    jobs = import_jobs(database, WorkTools(lambda: MOMENT, stop))
    asked = ask(database)

    # No outcome reaches the engine, so another worker runs the job.
    with pytest.raises(WorkerStopping):
        jobs.run(row_id(database, asked))

    DBOS.destroy(destroy_registry=True)
    assert look(database, asked).status is WorkStatus.RUNNING
    assert jobs.running.wait_until_idle(0.0)
