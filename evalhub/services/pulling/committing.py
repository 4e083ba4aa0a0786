"""Commit each response as soon as it arrives, together with those that arrived meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from evalhub.core.pulling.outcomes import Outcome
from evalhub.services.pulling.storing import store_outcome
from evalhub.services.pulling.tools import ShareWork


@dataclass(slots=True)
class _Arrived:
    prompt_id: int
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

    async def commit(self, prompt_id: int, outcome: Outcome) -> bool:
        """Return once the response is durable; False when another stood there already."""
        arrived = _Arrived(prompt_id, outcome)
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
                    prompt_id=arrived.prompt_id,
                    endpoint_id=work.endpoint_id,
                    spec=work.spec,
                    pull=work.pull,
                    session=session,
                    now=work.tools.now(),
                )
                for arrived in batch
            ]
        for arrived, is_stored in zip(batch, stored, strict=True):
            arrived.is_stored = is_stored
