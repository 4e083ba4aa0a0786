"""Keep the queue moving: show this worker alive, hand out new jobs, take over lost ones."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from evalhub.jobs import engine
from evalhub.jobs.pulls import PullJobs
from evalhub.jobs.queued_work import QueuedJobs
from evalhub.services.pulling import waiting_jobs
from evalhub.services.reviewing.opening import look_through, projects_to_look_at
from evalhub.services.transaction import Database, is_passing
from evalhub.services.workers import beat, claim, leave, live_workers

LOG = structlog.get_logger("evalhub.jobs")
PRUNE_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)


class Keeper:
    """Do a worker's rounds.

    It runs in a plain thread, not as a job: a job of that kind could belong to the very
    worker that died.
    """

    def __init__(
        self,
        database: Database,
        jobs: PullJobs,
        queued: Sequence[QueuedJobs],
        *,
        executor_id: str,
        lease_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self.jobs = jobs
        self.queued = queued
        self._executor_id = executor_id
        self._lease_s = lease_s
        self._now = now
        self._pruned_at: datetime | None = None
        self._looked_at: datetime | None = None

    def make_round(self) -> None:
        """Show this worker alive, hand out what waits, take over what was lost, open cases."""
        self.beat()
        self._dispatch()
        self._sweep()
        self._look()
        self._prune()

    def beat(self) -> None:
        """Show this worker alive; it must happen before the first job starts."""
        with self._database.transaction() as session:
            beat(self._executor_id, session=session)

    def leave(self) -> None:
        """Give up what this worker still holds, without waiting for the lease."""
        with self._database.transaction() as session:
            leave(self._executor_id, session=session)

    def is_drained(self) -> bool:
        """Tell whether nothing waits and nothing runs, here or elsewhere."""
        with self._database.transaction(write=False) as session:
            is_waiting = bool(waiting_jobs(session=session)) or any(
                one.kind.waiting(session=session) for one in self.queued
            )
        return not is_waiting and not engine.unfinished_ids()

    def _dispatch(self) -> None:
        with self._database.transaction(write=False) as session:
            waiting = waiting_jobs(session=session)
            queued = [(one, one.kind.waiting(session=session)) for one in self.queued]
        # All of them each round: queueing again does nothing, and a job that was lost on the way
        # to the queue is found.
        for job in waiting:
            self.jobs.enqueue(job)
        for one, rows in queued:
            for row in rows:
                one.enqueue(row)

    def _sweep(self) -> None:
        """Queue again what runs under a worker that was not heard of for a lease."""
        with claim(self._database, "sweep") as is_alone:
            # Two sweeps at once would queue a lost job twice; whoever comes second has nothing to
            # add.
            if not is_alone:
                return
            with self._database.transaction(write=False) as session:
                live = live_workers(self._lease_s, session=session)
            lost = engine.unfinished_ids(of_others_than=live)
            if lost:
                LOG.warning("took over jobs of a lost worker", n=len(lost))
                engine.hand_back(lost)

    def _look(self) -> None:
        """Open a case wherever new judgments should be looked at again, a window at a time.

        A backlog goes on in the next round instead of the next minute: in one round it would keep
        this worker from showing itself alive, and another would take over its jobs.
        """
        moment = self._now()
        if self._looked_at is not None and moment - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = moment
        with self._database.transaction(write=False) as session:
            project_ids = projects_to_look_at(session=session, now=moment)
        for project_id in project_ids:
            self.beat()
            if self._is_rest_left(project_id, moment):
                self._looked_at = None

    def _is_rest_left(self, project_id: int, moment: datetime) -> bool:
        """Look through a window of a project; tell whether there is more to look at now."""
        try:
            # One of its own: a long transaction would keep every expert waiting on SQLite.
            with self._database.transaction() as session:
                return look_through(project_id, session=session, now=moment).is_rest_left
        except Exception as error:
            if is_passing(error):
                raise
            # What one project holds must neither end this worker nor keep the others waiting.
            LOG.exception("could not look through a project", project_id=project_id)
            return False

    def _prune(self) -> None:
        moment = self._now()
        if self._pruned_at is None or moment - self._pruned_at >= PRUNE_EVERY:
            # Before the attempt: a failure is tried again in an hour and not every second.
            self._pruned_at = moment
            engine.prune(moment)
