"""Work through one endpoint's missing prompts with a fixed number of askers."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.patience import PASSING
from evalhub.core.pulling.specs import Question
from evalhub.core.pulling.waiting import outage_note
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.protocol import Asker
from evalhub.errors import EndpointError
from evalhub.services.pulling.budgeting import overspent
from evalhub.services.pulling.committing import Committer
from evalhub.services.pulling.feeding import Feed
from evalhub.services.pulling.missing import count_missing, demand_of
from evalhub.services.pulling.outages import Outage, Suspect
from evalhub.services.pulling.settling import has_answered, is_cancelled, note_wait
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

OF_NO_USE = {
    ErrorKind.REJECTED: "rejected",
    ErrorKind.MALFORMED: "gave no reply that can be used to",
}
"""Failures that say the request, or what the server speaks, is wrong; and how a reason says so."""

TURNED_AWAY = 20
"""Such failures in a row, before any answer of this share, after which the rest is not asked.

Answers of earlier pulls do not count: a model may have been withdrawn since, or a server's replies
be ones that are taken for answers no more.

A wrong model name answers 404 to each of a hundred thousand prompts, and a server of another
dialect is paid for each. More than ``GIVE_UP_AFTER``, since a rejection may be the prompt's own
fault, and a set may begin with several such prompts.
"""


class Share:
    """Ask one endpoint what is missing; each asker holds one request at a time."""

    def __init__(self, work: ShareWork, client: Asker) -> None:
        self._work = work
        self._client = client
        self._tools = work.tools
        self._committer = Committer(work)
        self._feed = Feed(work, client)
        self._outage = Outage(work.tools.patience)
        self._has_answered = False
        self._has_answered_here = False
        self._n_wide_failures = 0
        self._n_rejected = 0
        self._last_failure: str | None = None
        self._spent = ""
        self._stopped_at: float | None = None
        self._end = ShareEnd.DONE

    async def work(self) -> ShareEnd:
        """Ask until nothing is missing, and return how it ended.

        An endpoint that has answered before and stops doing so is waited for; one that never
        did is wrongly set up as a rule, and whoever started the pull should hear of it at once.
        Raise ``EndpointError`` when the endpoint as a whole fails, so that the rest was
        not asked.
        """
        self._has_answered, spent = await asyncio.to_thread(self._look_back)
        self._heed_budget(spent)
        askers = {
            asyncio.create_task(self._ask_in_turn()) for _ in range(self._work.spec.max_concurrency)
        }
        try:
            await self._supervise(askers)
        finally:
            for asker in askers:
                asker.cancel()
            await asyncio.gather(*askers, return_exceptions=True)
        if self._last_failure is not None:
            raise EndpointError(self._last_failure)
        # The answer that uses up the budget may be the last one: then nothing was left undone.
        if self._spent != "" and await asyncio.to_thread(self._is_unfinished):
            raise EndpointError(self._spent)
        if self._end is ShareEnd.DONE:
            await self._store_suspects(self._outage.clear())
        if self._outage.is_down:
            # Whoever goes on begins anew; until then nobody asks at the time that was written down.
            await asyncio.to_thread(self._note_wait, "")
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
            # Another process asks the endpoint once the claim is lost: two would break its limits.
            await asyncio.to_thread(self._work.look)
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

    async def _ask_in_turn(self) -> None:
        # The stop signal is looked at here, too: a fast endpoint answers much between two polls.
        is_left = True
        while is_left and not self._tools.stop.is_set():
            ask = self._probe if self._outage.is_down else self._ask_next
            is_left = await ask()

    async def _probe(self) -> bool:
        """Ask an endpoint that is down once more, when it is time; return whether to go on."""
        async with self._outage.probing:
            await self._wait()
            # Whoever waited behind the one that got an answer asks beside the others again.
            return await self._ask_next() if self._outage.is_down else True

    async def _wait(self) -> None:
        """Wait until an endpoint that is down is to be asked again, or nothing is any more."""
        while (  # noqa: ASYNC110 - a stop is the signal of another thread, looked up now and then
            self._outage.is_down and self._outage.wait_s > 0 and not self._feed.is_closed
        ):
            await asyncio.sleep(min(self._tools.poll_s, self._outage.wait_s))

    async def _ask_next(self) -> bool:
        """Ask one question and settle it; return whether there was one."""
        question = await self._feed.next()
        if question is None:
            return False
        async with self._tools.in_flight:
            outcome = await self._client.ask(question)
        if self._has_answered and outcome.error_kind in PASSING:
            await self._suspect(question, outcome)
        else:
            await self._settle(question, outcome)
        return True

    async def _suspect(self, question: Question, outcome: Outcome) -> None:
        """Hold a failure back; with several in a row, write down that the endpoint is down."""
        again, spent = self._outage.fail(question, outcome)
        for one in again:
            self._feed.put_back(one)
        await self._store_suspects(spent)
        if self._outage.is_over_patience:
            hours = self._outage.patience.total_s / 3600
            self._last_failure = f"gave up after {hours:g} hours without an answer: " + (
                outcome.error_message
            )
            self._feed.close()
        elif self._outage.is_down:
            await self._tell_of_wait(outcome)

    async def _tell_of_wait(self, outcome: Outcome) -> None:
        at = self._tools.now() + timedelta(seconds=self._outage.wait_s)
        reason = outage_note(at, outcome.error_message)
        self._tools.say(f"{self._work.spec.slug} {reason}")
        await asyncio.to_thread(self._note_wait, reason)
        if not self._outage.is_down:
            # It answered somebody else meanwhile, whose note may have been written before ours.
            await asyncio.to_thread(self._note_wait, "")

    async def _settle(self, question: Question, outcome: Outcome) -> None:
        """Store what came back, and what was held back until it came."""
        if outcome.error_kind is None:
            self._has_answered = self._has_answered_here = True
        # A used-up quota or a wrong key says of no prompt that it was to blame for its failure.
        if outcome.error_kind not in ENDPOINT_WIDE:
            await self._settle_suspects()
        await self._store(question, outcome)
        self._notice(outcome)

    async def _settle_suspects(self) -> None:
        was_down = self._outage.is_down
        await self._store_suspects(self._outage.answer())
        if was_down:
            await asyncio.to_thread(self._note_wait, "")

    async def _store_suspects(self, suspects: Sequence[Suspect]) -> None:
        for suspect in suspects:
            await self._store(suspect.question, suspect.outcome)

    async def _store(self, question: Question, outcome: Outcome) -> None:
        if await self._committer.commit(question, outcome):
            self._tools.report(Stored(self._work.spec.slug, outcome.status))
        self._heed_budget(self._committer.overspent)

    def _heed_budget(self, spent: str) -> None:
        """Ask nothing more once the pull's budget is used up; what is under way may end."""
        if spent:
            self._spent = spent
            self._feed.close()

    def _notice(self, outcome: Outcome) -> None:
        """Stop asking an endpoint that turns everything away."""
        use = OF_NO_USE.get(outcome.error_kind) if outcome.error_kind else None
        self._n_rejected = self._n_rejected + 1 if use and not self._has_answered_here else 0
        if self._n_rejected >= TURNED_AWAY:
            self._last_failure = (
                f"{use} the first {TURNED_AWAY} prompts, so the rest was not sent: "
                + outcome.error_message
            )
            self._feed.close()
        if outcome.error_kind not in ENDPOINT_WIDE:
            self._n_wide_failures = 0
            return
        self._n_wide_failures += 1
        if self._n_wide_failures >= GIVE_UP_AFTER:
            self._last_failure = (
                f"gave up after {GIVE_UP_AFTER} failures in a row: {outcome.error_message}"
            )
            self._feed.close()

    def _look_back(self) -> tuple[bool, str]:
        """Return whether the endpoint ever answered, and how the budget was used up before."""
        work = self._work
        with work.database.transaction(write=False) as session:
            return (
                has_answered(work.endpoint_id, session=session),
                overspent(work.pull, session=session),
            )

    def _is_unfinished(self) -> bool:
        work = self._work
        with work.database.transaction(write=False) as session:
            return count_missing(demand_of(work.pull), work.endpoint_id, session=session) > 0

    def _note_wait(self, reason: str) -> None:
        work = self._work
        with work.database.transaction() as session:
            note_wait(work.pull.id, work.endpoint_id, reason=reason, session=session)

    def _is_cancelled(self) -> bool:
        with self._work.database.transaction(write=False) as session:
            return is_cancelled(self._work.pull.id, session=session)
