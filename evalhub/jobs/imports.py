"""Run the import of a prompt set as a durable job.

One job is one run of an import, and its only step does all of it: half an import is never kept, so
a run that was lost starts anew. Imports run one at a time over all workers, since each holds a
whole set in memory.
"""

from collections.abc import Callable

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from evalhub.jobs.builds import StillHeldError, may_pass
from evalhub.jobs.counting import RunningCount
from evalhub.jobs.engine import QUEUE
from evalhub.jobs.pulls import ATTEMPTS, RECOVERIES, WorkerStopping
from evalhub.services.prompt_sets.imports import ImportJob
from evalhub.services.prompt_sets.running import ImportEnd, ImportTools, run_import
from evalhub.services.transaction import Database

PARTITION = "prompt-imports"


class ImportJobs:
    """Register the job with the engine and count the imports that run here."""

    def __init__(self, database: Database, tools: ImportTools) -> None:
        self._database = database
        self._tools = tools
        self.running = RunningCount()
        self._job = self._register()

    def enqueue(self, job: ImportJob) -> None:
        """Queue the job; queueing it again does nothing."""
        with SetWorkflowID(job.job_id), SetEnqueueOptions(queue_partition_key=PARTITION):
            DBOS.enqueue_workflow(QUEUE, self._job, job.import_id)

    def run(self, import_id: int) -> str:
        """Run one import here and return how it ended; raise ``WorkerStopping`` if it has not."""
        with self.running.counted():
            end = run_import(self._database, import_id, tools=self._tools)
        if end is ImportEnd.STOPPED:
            raise WorkerStopping
        if end is ImportEnd.HELD:
            # The claim of a machine that died goes back when the database notices. A job that
            # ended here would leave the import as running for ever.
            raise StillHeldError(f"Import {import_id} is held by another process.")
        return end.value

    def _register(self) -> Callable[[int], str]:
        """Register step and job with the engine, which takes plain functions only."""

        @DBOS.step(
            name="import_prompts",
            retries_allowed=True,
            max_attempts=ATTEMPTS,
            interval_seconds=1.0,
            backoff_rate=1.5,
            should_retry=may_pass,
        )
        def import_prompts(import_id: int) -> str:
            return self.run(import_id)

        @DBOS.workflow(name="prompt_import", max_recovery_attempts=RECOVERIES)
        def prompt_import(import_id: int) -> str:
            return import_prompts(import_id)

        return prompt_import
