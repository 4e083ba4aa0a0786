"""Work through one endpoint's missing prompts with a fixed number of askers."""

import asyncio
import time

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.protocol import Asker
from evalhub.errors import EndpointError
from evalhub.services.pulling.committing import Committer
from evalhub.services.pulling.feeding import Feed
from evalhub.services.pulling.missing import demand_of
from evalhub.services.pulling.settling import is_cancelled
from evalhub.services.pulling.tools import ShareEnd, ShareWork, Stored

ENDPOINT_WIDE = frozenset(
    {ErrorKind.UNAUTHORISED, ErrorKind.QUOTA, ErrorKind.BLOCKED, ErrorKind.CONNECTION}
)
"""Failures of the endpoint rather than of a prompt: every other prompt would fail alike.

A server that cannot be reached has been tried several times for each prompt by then; asking it
the rest would take hours and fill the table with errors that say one thing.
"""

GIVE_UP_AFTER = 5
"""Endpoint-wide failures in a row after which the rest is not asked."""


class Share:
    """Ask one endpoint what is missing; each asker holds one request at a time."""

    def __init__(self, work: ShareWork) -> None:
        self._work = work
        self._tools = work.tools
        self._committer = Committer(work)
        self._feed = Feed(work.database, demand_of(work.pull), work.endpoint_id)
        self._n_wide_failures = 0
        self._last_failure: str | None = None
        self._stopped_at: float | None = None
        self._end = ShareEnd.DONE

    async def work(self, client: Asker) -> ShareEnd:
        """Ask until nothing is missing, and return how it ended.

        Raise ``EndpointError`` when the endpoint as a whole fails, so that the rest was
        not asked.
        """
        askers = {
            asyncio.create_task(self._ask_in_turn(client))
            for _ in range(self._work.spec.max_concurrency)
        }
        try:
            await self._supervise(askers)
        finally:
            for asker in askers:
                asker.cancel()
            await asyncio.gather(*askers, return_exceptions=True)
        if self._last_failure is not None:
            raise EndpointError(
                f"gave up after {GIVE_UP_AFTER} failures in a row: {self._last_failure}"
            )
        return self._end

    async def _supervise(self, askers: set[asyncio.Task[None]]) -> None:
        """Wait for the askers; once asked to stop, for no longer than the grace."""
        pending = askers
        while pending and not self._is_grace_over():
            done, pending = await asyncio.wait(
                pending, timeout=self._tools.poll_s, return_when=asyncio.FIRST_COMPLETED
            )
            for asker in done:
                asker.result()
            await self._look_for_stop()

    def _is_grace_over(self) -> bool:
        stopped_at = self._stopped_at
        return stopped_at is not None and time.monotonic() - stopped_at >= self._tools.grace_s

    async def _look_for_stop(self) -> None:
        if self._stopped_at is not None:
            return
        if self._tools.stop.is_set():
            self._end = ShareEnd.STOPPED
        elif await asyncio.to_thread(self._is_cancelled):
            self._end = ShareEnd.CANCELLED
        else:
            return
        self._stopped_at = time.monotonic()
        self._feed.close()

    async def _ask_in_turn(self, client: Asker) -> None:
        # The stop signal is looked at here, too: a fast endpoint answers much between two polls.
        while not self._tools.stop.is_set():
            question = await self._feed.next()
            if question is None:
                return
            async with self._tools.in_flight:
                outcome = await client.ask(question)
            if await self._committer.commit(question.prompt_id, outcome):
                self._tools.report(Stored(self._work.spec.slug, outcome.status))
            self._notice(outcome)

    def _notice(self, outcome: Outcome) -> None:
        """Stop asking an endpoint that turns everything away."""
        if outcome.error_kind not in ENDPOINT_WIDE:
            self._n_wide_failures = 0
            return
        self._n_wide_failures += 1
        if self._n_wide_failures >= GIVE_UP_AFTER:
            self._last_failure = outcome.error_message
            self._feed.close()

    def _is_cancelled(self) -> bool:
        with self._work.database.transaction(write=False) as session:
            return is_cancelled(self._work.pull.id, session=session)
