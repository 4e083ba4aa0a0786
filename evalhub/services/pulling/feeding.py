"""Hand out the questions that are still to be asked, a page at a time."""

import asyncio
import json
from collections import deque

from evalhub.core.pulling.specs import Question
from evalhub.endpoints.protocol import Asker
from evalhub.services.pulling.missing import BEGINNING, Missing, demand_of, missing_page
from evalhub.services.pulling.reusing import known_answers, store_again
from evalhub.services.pulling.tools import ShareWork


class Feed:
    """Give each question to one taker; memory holds one page, however long the set is.

    What the endpoint has answered before is not handed out: its answer is stored again.
    """

    def __init__(self, work: ShareWork, client: Asker) -> None:
        self._work = work
        self._client = client
        self._demand = demand_of(work.pull)
        self._page: deque[Question] = deque()
        self._after = BEGINNING
        self._is_at_end = False
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
            # A page may hold nothing but what was answered before.
            while not self._page and not self._is_closed and not self._is_at_end:
                self._page.extend(await asyncio.to_thread(self._load))
            return self._page.popleft() if self._page and not self._is_closed else None

    def _load(self) -> list[Question]:
        work = self._work
        with work.database.transaction(write=False) as session:
            rows = missing_page(self._demand, work.endpoint_id, after=self._after, session=session)
        # By place, not by what is still missing: prompts that are being asked at this moment
        # are missing too, and would be handed out again.
        self._is_at_end = not rows
        if not rows:
            return []
        self._after = rows[-1].place
        return self._not_answered([self._question(row) for row in rows])

    def _question(self, row: Missing) -> Question:
        return Question(
            row.prompt_id,
            json.loads(row.document)["messages"],
            seed=self._demand.seed_of(row.sample_index),
            sample_index=row.sample_index,
        )

    def _not_answered(self, questions: list[Question]) -> list[Question]:
        """Store again what was answered before, and return the others."""
        work = self._work
        hashed = [(self._client.request_sha256(question), question) for question in questions]
        with work.database.transaction(write=False) as session:
            known = known_answers(
                {sha256 for sha256, _ in hashed}, endpoint_id=work.endpoint_id, session=session
            )
        if not known:
            return questions
        with work.database.transaction() as session:
            return store_again(known, hashed, pull=work.pull, session=session, now=work.tools.now())
