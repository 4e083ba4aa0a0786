"""Run the build of a release as a durable job.

One job is one run of a build, and its only step does all of it: half a release is worth nothing,
so a run that was lost starts anew. Builds run one at a time over all workers, as each reads a
whole project and writes gigabytes.
"""

from collections.abc import Callable

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from evalhub.jobs.counting import RunningCount
from evalhub.jobs.engine import QUEUE
from evalhub.jobs.pulls import ATTEMPTS, RECOVERIES, WorkerStopping
from evalhub.services.releasing.builds import BuildJob
from evalhub.services.releasing.running import BuildEnd, BuildTools, run_build
from evalhub.services.transaction import Database, is_passing

PARTITION = "release-builds"


class StillHeldError(Exception):
    """Say that another process holds the build, or is not yet known to be gone."""


class BuildJobs:
    """Register the job with the engine and count the builds that run here."""

    def __init__(self, database: Database, tools: BuildTools) -> None:
        self._database = database
        self._tools = tools
        self.running = RunningCount()
        self._job = self._register()

    def enqueue(self, job: BuildJob) -> None:
        """Queue the job; queueing it again does nothing."""
        with SetWorkflowID(job.job_id), SetEnqueueOptions(queue_partition_key=PARTITION):
            DBOS.enqueue_workflow(QUEUE, self._job, job.build_id)

    def build(self, build_id: int) -> str:
        """Run one build here and return how it ended; raise ``WorkerStopping`` where it has not."""
        with self.running.counted():
            end = run_build(self._database, build_id, tools=self._tools)
        if end is BuildEnd.STOPPED:
            raise WorkerStopping
        if end is BuildEnd.HELD:
            # The claim of a machine that died goes back when the database notices. A job that
            # ended here would leave the build as running for ever.
            raise StillHeldError(f"Build {build_id} is held by another process.")
        return end.value

    def _register(self) -> Callable[[int], str]:
        """Register step and job with the engine, which takes plain functions only."""

        @DBOS.step(
            name="build_release",
            retries_allowed=True,
            max_attempts=ATTEMPTS,
            interval_seconds=1.0,
            backoff_rate=1.5,
            should_retry=may_pass,
        )
        def build_release(build_id: int) -> str:
            return self.build(build_id)

        @DBOS.workflow(name="release_build", max_recovery_attempts=RECOVERIES)
        def release_build(build_id: int) -> str:
            return build_release(build_id)

        return release_build


def may_pass(error: BaseException) -> bool:
    """Tell whether waiting may mend what stopped a job that one process runs at a time."""
    return isinstance(error, StillHeldError) or is_passing(error)
