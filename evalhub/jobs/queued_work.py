"""Run work that one process does whole as a durable job: builds of releases, imports of prompts.

One job is one run of a row, and its only step does all of it: half a release or half an import is
worth nothing, so a run that was lost starts anew. Each kind runs one at a time over all workers,
since a build reads a whole project and writes gigabytes, and an import holds a whole set in memory.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from evalhub.core.queued_work import RunEnd
from evalhub.jobs.counting import RunningCount
from evalhub.jobs.engine import QUEUE
from evalhub.jobs.pulls import ATTEMPTS, RECOVERIES, WorkerStopping
from evalhub.services.prompt_sets.imports import IMPORTS
from evalhub.services.prompt_sets.running import run_import
from evalhub.services.queued_work import Kind, QueuedJob, WorkTools
from evalhub.services.releasing.builds import BUILDS
from evalhub.services.releasing.running import BuildTools, run_build
from evalhub.services.transaction import Database, is_passing


class StillHeldError(Exception):
    """Say that another process holds the row, or is not yet known to be gone."""


@dataclass(frozen=True, slots=True)
class Names:
    """Hold the names under which the engine keeps one kind; a change would orphan what waits."""

    partition: str
    step: str
    workflow: str


class QueuedJobs:
    """Register one kind with the engine and count the runs that this process does."""

    def __init__(self, kind: Kind, names: Names, run: Callable[[int], RunEnd]) -> None:
        self.kind = kind
        self._names = names
        self._run = run
        self.running = RunningCount()
        self._job = self._register()

    def enqueue(self, job: QueuedJob) -> None:
        """Queue the job; queueing it again does nothing."""
        partition = SetEnqueueOptions(queue_partition_key=self._names.partition)
        with SetWorkflowID(job.job_id), partition:
            DBOS.enqueue_workflow(QUEUE, self._job, job.row_id)

    def run(self, row_id: int) -> str:
        """Do one row here and return how it ended; raise ``WorkerStopping`` where it has not."""
        with self.running.counted():
            end = self._run(row_id)
        if end is RunEnd.STOPPED:
            raise WorkerStopping
        if end is RunEnd.HELD:
            # The claim of a machine that died goes back when the database notices. A job that
            # ended here would leave the row as running for ever.
            raise StillHeldError(f"{self.kind.claim_name(row_id)} is held by another process.")
        return end.value

    def _register(self) -> Callable[[int], str]:
        """Register step and job with the engine, which takes plain functions only."""

        @DBOS.step(
            name=self._names.step,
            retries_allowed=True,
            max_attempts=ATTEMPTS,
            interval_seconds=1.0,
            backoff_rate=1.5,
            should_retry=may_pass,
        )
        def step(row_id: int) -> str:
            return self.run(row_id)

        @DBOS.workflow(name=self._names.workflow, max_recovery_attempts=RECOVERIES)
        def workflow(row_id: int) -> str:
            return step(row_id)

        return workflow


def build_jobs(database: Database, tools: BuildTools) -> QueuedJobs:
    """Register builds of releases."""
    names = Names("release-builds", step="build_release", workflow="release_build")
    return QueuedJobs(BUILDS, names, lambda row_id: run_build(database, row_id, tools=tools))


def import_jobs(database: Database, tools: WorkTools) -> QueuedJobs:
    """Register imports of prompts."""
    names = Names("prompt-imports", step="import_prompts", workflow="prompt_import")
    return QueuedJobs(IMPORTS, names, lambda row_id: run_import(database, row_id, tools=tools))


def may_pass(error: BaseException) -> bool:
    """Tell whether waiting may mend what stopped a job that one process runs at a time."""
    return isinstance(error, StillHeldError) or is_passing(error)
