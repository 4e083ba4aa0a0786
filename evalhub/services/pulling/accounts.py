"""Hold the requests of several endpoints to the limits of the account they share.

One process asks one endpoint, but the endpoints of an account may be asked by several, on several
machines. So where an account stands is kept in the database, by the database's clock.
"""

import asyncio
import math
from dataclasses import dataclass, replace

from sqlmodel import Session

from evalhub.core.pulling.pacing import Pace, correct, take
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.engine import Database
from evalhub.db.models import AccountPace, Endpoint
from evalhub.errors import Sentence
from evalhub.services.locks import lock
from evalhub.services.workers import database_now

LONGEST_DEBT_S = 3600.0
"""How far ahead an account's clock may lie.

Providers judge single minutes and have forgotten after an hour; but the clock would remember for
days what a limit of one token a minute, a slip of the pen, had put on it. An hour leaves sixty
endpoints that wait for one request a minute a place each.
"""


TOLD_WAIT_S = 60.0
"""A wait that is told: whoever watches a pull takes more than a minute of silence for a fault."""


@dataclass(frozen=True, slots=True)
class AccountWait:
    """Hold how long the next request waits for the limits of its account, and for which limit."""

    account: str
    limit: Sentence
    seconds: float

    def about(self, endpoint: str) -> Sentence:
        """Say what ``endpoint`` waits for, and how long."""
        minutes = math.ceil(self.seconds / 60)
        if minutes == 1:
            return Sentence(
                "%(endpoint)s waits for its account `%(account)s`: the %(limit)s that its "
                "endpoints share are used up for a minute more. It goes on by itself.",
                endpoint=endpoint,
                account=self.account,
                limit=self.limit,
            )
        return Sentence(
            "%(endpoint)s waits for its account `%(account)s`: the %(limit)s that its endpoints "
            "share are used up for %(minutes)s minutes more. It goes on by itself.",
            endpoint=endpoint,
            account=self.account,
            limit=self.limit,
            minutes=minutes,
        )


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """Take places in the limits of the account that ``spec`` names."""

    database: Database
    spec: EndpointSpec

    async def take(self, n_tokens: float) -> float:
        """Take the place of one request with ``n_tokens``, and return the seconds to wait for it.

        Committed before it returns: a place that another worker did not see would be sent twice.
        """
        return await asyncio.to_thread(self._take, n_tokens)

    async def settle(self, n_tokens: float) -> None:
        """Move the account's clock by what answers took beyond (below zero, less than) a guess."""
        await asyncio.to_thread(self._settle, n_tokens)

    def _settle(self, n_tokens: float) -> None:
        with self.database.transaction() as session:
            settle_tokens(self.spec, n_tokens, session=session)

    def _take(self, n_tokens: float) -> float:
        with self.database.transaction() as session:
            return take_place(self.spec, n_tokens, session=session)


def take_place(spec: EndpointSpec, n_tokens: float, *, session: Session) -> float:
    """Take a place for one request of ``spec`` in its account, and return the seconds to wait.

    The account's clock moves on by what the request is of a minute under the endpoint's own
    limits. So endpoints that name the same limits keep exactly those together; where they
    differ, as a provider's do by model, each uses up its own share of the same minute.
    """
    # Before the row is read: the first request of an account finds none to lock.
    lock(f"account:{spec.account}", session=session)
    now = database_now(session).timestamp()
    row = session.get(AccountPace, spec.account) or AccountPace(
        account=str(spec.account), requests_free_at=now, tokens_free_at=now
    )
    waits = [0.0]
    if spec.requests_per_minute is not None:
        pace = Pace(spec.requests_per_minute, row.requests_free_at)
        row.requests_free_at, wait_s = _moved(pace, amount=1, now=now)
        waits.append(wait_s)
    if spec.tokens_per_minute is not None:
        pace = Pace(spec.tokens_per_minute, row.tokens_free_at)
        row.tokens_free_at, wait_s = _moved(pace, amount=n_tokens, now=now)
        waits.append(wait_s)
    session.add(row)
    session.flush()
    return max(waits)


def find_wait(endpoint: Endpoint, *, session: Session) -> AccountWait | None:
    """Return what the next request to ``endpoint`` waits for, or None where it waits shortly.

    Read from the account's clock alone, which whoever asks has moved on: nothing has to be
    written down for it while a pull runs.
    """
    row = session.get(AccountPace, endpoint.account) if endpoint.account else None
    if row is None:
        return None
    now = database_now(session).timestamp()
    waits = []
    if (n := endpoint.requests_per_minute) is not None:
        limit = Sentence("%(n)s requests a minute", n=n)
        waits.append(AccountWait(row.account, limit, row.requests_free_at - now))
    if (n := endpoint.tokens_per_minute) is not None:
        limit = Sentence("%(n)s tokens a minute", n=n)
        waits.append(AccountWait(row.account, limit, row.tokens_free_at - now))
    longest = max(waits, key=lambda wait: wait.seconds, default=None)
    return longest if longest and longest.seconds >= TOLD_WAIT_S else None


def settle_tokens(spec: EndpointSpec, n_tokens: float, *, session: Session) -> None:
    """Count ``n_tokens`` more (below zero, less) for places of ``spec`` that were taken.

    No place is taken with it: the request was sent long ago.
    """
    lock(f"account:{spec.account}", session=session)
    row = session.get(AccountPace, spec.account)
    if row is None or spec.tokens_per_minute is None:
        return
    pace = correct(Pace(spec.tokens_per_minute, row.tokens_free_at), by=n_tokens)
    row.tokens_free_at = _bounded(pace.free_at, database_now(session).timestamp())
    session.add(row)
    session.flush()


def _moved(pace: Pace, *, amount: float, now: float) -> tuple[float, float]:
    """Return where the clock of ``pace`` stands after ``amount``, and the seconds to wait."""
    bounded = replace(pace, free_at=_bounded(pace.free_at, now))
    after, wait_s = take(bounded, amount=amount, now=now)
    return _bounded(after.free_at, now), wait_s


def _bounded(free_at: float, now: float) -> float:
    return min(free_at, now + LONGEST_DEBT_S)
