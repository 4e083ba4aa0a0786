"""Commit each response as soon as it arrives, together with those that arrived meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import Question
from evalhub.services.pulling.budgeting import add_usage, overspent, used_tokens
from evalhub.services.pulling.storing import store_outcome
from evalhub.services.pulling.tools import ShareWork


@dataclass(slots=True)
class _Arrived:
    question: Question
    outcome: Outcome
    is_stored: bool | None = None


class Committer:
    """Write the responses of one share, one transaction at a time.

    A durable commit waits for the disk, often longer than responses take to arrive. What
    arrives during one commit goes into the next: nothing waits for more than the commit
    under way, and the disk does not limit the rate.
    """

    def __init__(self, work: ShareWork) -> None:
        self._work = work
        self._waiting: list[_Arrived] = []
        self._lock = asyncio.Lock()
        self._overspent = ""

    @property
    def overspent(self) -> str:
        """Return how the pull's budget was used up, or an empty text while it was not."""
        return self._overspent

    async def commit(self, question: Question, outcome: Outcome) -> bool:
        """Return once the response is durable; False when another stood there already."""
        arrived = _Arrived(question, outcome)
        self._waiting.append(arrived)
        async with self._lock:
            if arrived.is_stored is None:
                batch, self._waiting = self._waiting, []
                try:
                    await asyncio.to_thread(self._write, batch)
                except SQLAlchemyError:
                    # Each of them must learn of it from a try of its own, or succeed by it.
                    self._waiting = batch + self._waiting
                    raise
        return bool(arrived.is_stored)

    def _write(self, batch: Sequence[_Arrived]) -> None:
        work = self._work
        with work.database.transaction() as session:
            stored = [
                store_outcome(
                    arrived.outcome,
                    question=arrived.question,
                    endpoint_id=work.endpoint_id,
                    spec=work.spec,
                    pull=work.pull,
                    session=session,
                    now=work.tools.now(),
                )
                for arrived in batch
            ]
            # In the same transaction: what was spent and what it brought are known together, so
            # neither a crash nor a second worker can make a budget last longer.
            used = [used_tokens(arrived.question, arrived.outcome) for arrived in batch]
            add_usage(work.pull.id, work.endpoint_id, used, session=session)
            self._overspent = overspent(work.pull, session=session)
        for arrived, is_stored in zip(batch, stored, strict=True):
            arrived.is_stored = is_stored
