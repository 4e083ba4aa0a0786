"""Run an endpoint's share of a pull as a durable job.

One job is one endpoint's share, and its only step works until nothing is missing. Our own
unique response rows are the ledger: a step that runs again asks for nothing that was
committed, so cutting it into chunks would save nothing, and at every cut one slow request
would hold the endpoint's other slots idle.
"""

import asyncio
from collections.abc import Callable

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from evalhub.jobs.counting import RunningCount
from evalhub.jobs.engine import QUEUE
from evalhub.services.pulling import RunTools, ShareEnd, ShareJob, run_share
from evalhub.services.transaction import Database, is_passing

RECOVERIES = 1000
ATTEMPTS = 30
"""Attempts of a step while the database is away; with the wait, about a day."""


class WorkerStopping(BaseException):
    """End a step without an outcome, so that another worker runs the job.

    The engine records exceptions as the step's outcome; what is no ``Exception`` leaves
    the job as it is: unfinished.
    """


class PullJobs:
    """Register the job with the engine and count the shares that run here."""

    def __init__(self, database: Database, make_tools: Callable[[], RunTools]) -> None:
        self._database = database
        self._make_tools = make_tools
        self.running = RunningCount()
        self._job = self._register()

    def enqueue(self, job: ShareJob) -> None:
        """Queue the job; queueing it again does nothing."""
        partition = SetEnqueueOptions(queue_partition_key=f"endpoint-{job.endpoint_id}")
        with SetWorkflowID(job.job_id), partition:
            DBOS.enqueue_workflow(QUEUE, self._job, job.pull_id, job.endpoint_id)

    def _register(self) -> Callable[[int, int], str]:
        """Register step and job with the engine, which takes plain functions only."""

        @DBOS.step(
            name="ask_share",
            retries_allowed=True,
            max_attempts=ATTEMPTS,
            interval_seconds=1.0,
            backoff_rate=1.5,
            should_retry=is_passing,
        )
        def ask_share(pull_id: int, endpoint_id: int) -> str:
            return self._ask_share(pull_id, endpoint_id)

        @DBOS.workflow(name="pull_share", max_recovery_attempts=RECOVERIES)
        def pull_share(pull_id: int, endpoint_id: int) -> str:
            return ask_share(pull_id, endpoint_id)

        return pull_share

    def _ask_share(self, pull_id: int, endpoint_id: int) -> str:
        with self.running.counted():
            end = asyncio.run(
                run_share(self._database, pull_id, endpoint_id, tools=self._make_tools())
            )
        if end is ShareEnd.STOPPED:
            raise WorkerStopping
        return end.value
