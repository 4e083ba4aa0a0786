"""Hand out the prompts that are still to be asked, a page at a time."""

import asyncio
import json
from collections import deque

from evalhub.core.pulling.specs import Question
from evalhub.db.engine import Database
from evalhub.services.pulling.missing import Demand, missing_page


class Feed:
    """Give each question to one taker; memory holds one page, however long the set is."""

    def __init__(self, database: Database, demand: Demand, endpoint_id: int) -> None:
        self._database = database
        self._demand = demand
        self._endpoint_id = endpoint_id
        self._page: deque[Question] = deque()
        self._after = -1
        self._is_closed = False
        self._lock = asyncio.Lock()

    def close(self) -> None:
        """Hand out nothing more."""
        self._is_closed = True

    def put_back(self, question: Question) -> None:
        """Take a question back; it is handed out again after those that were loaded already."""
        self._page.append(question)

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more is handed out."""
        return self._is_closed

    async def next(self) -> Question | None:
        """Return the next question, or None at the end."""
        async with self._lock:
            if not self._page and not self._is_closed:
                self._page.extend(await asyncio.to_thread(self._load))
            return self._page.popleft() if self._page and not self._is_closed else None

    def _load(self) -> list[Question]:
        with self._database.transaction(write=False) as session:
            rows = missing_page(self._demand, self._endpoint_id, after=self._after, session=session)
        # By position, not by what is still missing: prompts that are being asked at this moment
        # are missing too, and would be handed out again.
        if rows:
            self._after = rows[-1][0]
        return [
            Question(prompt_id, json.loads(document)["messages"]) for _, prompt_id, document in rows
        ]
