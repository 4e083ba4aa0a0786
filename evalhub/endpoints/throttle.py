"""Hold requests back until the endpoint may be asked: slots, requests and tokens a minute."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from evalhub.core.pulling.concurrency import Window, after_limit, after_reply, open_window
from evalhub.core.pulling.pacing import (
    FIRST_GUESS,
    Pace,
    correct,
    guessed_tokens,
    longest_answer,
    take,
)
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.endpoints.protocol import SharedLimits
from evalhub.endpoints.retry import Timing

LOG = structlog.get_logger("evalhub.pulling")
_WEIGHT = 0.1
"""How much the newest answer counts in the running mean of their lengths."""


@dataclass(slots=True)
class Turn:
    """Hold one request's leave: when it was given, after how long, and for how many tokens."""

    sent_at: float
    held_s: float
    n_tokens: float


class Throttle:
    """Give leave to the requests of one endpoint.

    One process asks an endpoint at a time, whatever the number of workers, so what is counted
    here is all that the endpoint is asked. Where endpoints share the limits of an account,
    ``shared`` counts what all of them are asked.
    """

    def __init__(
        self, spec: EndpointSpec, *, timing: Timing, shared: SharedLimits | None = None
    ) -> None:
        self._slug = spec.slug
        self._timing = timing
        self._window = open_window(spec.max_concurrency)
        self._requests = _pace(spec.requests_per_minute)
        self._tokens = _pace(spec.tokens_per_minute)
        self._shared = shared
        self._in_line = asyncio.Lock()
        self._n_owed = 0.0
        self._expected = float(longest_answer(spec.parameters) or FIRST_GUESS)
        self._n_under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def window(self) -> Window:
        """Return how many requests may be under way now."""
        return self._window

    @asynccontextmanager
    async def turn(self, n_characters: int) -> AsyncIterator[Turn]:
        """Wait for leave to send a question of ``n_characters``, and hold its slot meanwhile."""
        now = self._timing.monotonic
        begun_at = now()
        await self._enter()
        try:
            n_tokens = guessed_tokens(n_characters, self._expected)
            await self._wait_for_the_minute(n_tokens)
            sent_at = now()
            yield Turn(sent_at, sent_at - begun_at, n_tokens)
        finally:
            self._leave()

    def note_reply(self, turn: Turn, *, n_prompt: int | None, n_completion: int | None) -> None:
        """Note a reply and the tokens it says it took, where it says so."""
        if n_completion is not None:
            self._expected += _WEIGHT * (n_completion - self._expected)
            if self._tokens is not None:
                more = (n_prompt or 0) + n_completion - turn.n_tokens
                self._tokens = correct(self._tokens, by=more)
                self._n_owed += more
        self._change(after_reply(self._window, now=self._timing.monotonic()))

    async def settle(self) -> None:
        """Settle with a shared account what the answers since the last request took.

        An account outlives the process: what was set aside for an answer of 32,000 tokens and
        not used would keep every other endpoint of the account waiting for it.
        """
        owed, self._n_owed = self._n_owed, 0.0
        if self._shared is not None and owed:
            await self._shared.settle(owed)

    def note_limit(self, turn: Turn) -> None:
        """Note a 429 on the request of ``turn``."""
        now = self._timing.monotonic()
        self._change(after_limit(self._window, sent_at=turn.sent_at, now=now))

    def _change(self, window: Window) -> None:
        before, self._window = self._window.n_allowed, window
        if window.n_allowed < before:
            LOG.info("asks fewer at one time", endpoint=self._slug, n=window.n_allowed)
        self._wake()

    async def _wait_for_the_minute(self, n_tokens: float) -> None:
        if self._shared is None:
            wait_s = self._reserve(n_tokens, self._timing.monotonic())
            if wait_s > 0:
                await self._timing.sleep(wait_s)
            return
        # One place at a time is taken ahead: a process that is killed with sixty of them would
        # keep the others of its account waiting for a minute that nobody uses.
        async with self._in_line:
            # With what earlier answers took beyond the guess; a write of its own would cost more.
            owed, self._n_owed = self._n_owed, 0.0
            wait_s = await self._shared.take(n_tokens + owed)
            if wait_s > 0:
                await self._timing.sleep(wait_s)

    def _reserve(self, n_tokens: float, now: float) -> float:
        """Take a place in both paces and return the longer wait."""
        waits = [0.0]
        if self._requests is not None:
            self._requests, wait_s = take(self._requests, amount=1, now=now)
            waits.append(wait_s)
        if self._tokens is not None:
            self._tokens, wait_s = take(self._tokens, amount=n_tokens, now=now)
            waits.append(wait_s)
        return max(waits)

    async def _enter(self) -> None:
        if not self._waiting and self._n_under_way < self._window.n_allowed:
            self._n_under_way += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            # It may have been let in at the very moment at which it gave up.
            if place.done() and not place.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._n_under_way -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._n_under_way < self._window.n_allowed:
            place = self._waiting.popleft()
            if not place.done():
                self._n_under_way += 1
                place.set_result(None)


def _pace(per_minute: int | None) -> Pace | None:
    return None if per_minute is None else Pace(per_minute)
