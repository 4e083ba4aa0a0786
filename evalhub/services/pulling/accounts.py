"""Hold the requests of several endpoints to the limits of the account they share.

One process asks one endpoint, but the endpoints of an account may be asked by several, on several
machines. So where an account stands is kept in the database, by the database's clock.
"""

import asyncio
from dataclasses import dataclass

from sqlmodel import Session

from evalhub.core.pulling.pacing import Pace, take
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.engine import Database
from evalhub.db.models import AccountPace
from evalhub.services.locks import lock
from evalhub.services.workers import database_now


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
        requests, wait_s = take(
            Pace(spec.requests_per_minute, row.requests_free_at), amount=1, now=now
        )
        row.requests_free_at = requests.free_at
        waits.append(wait_s)
    if spec.tokens_per_minute is not None:
        tokens, wait_s = take(
            Pace(spec.tokens_per_minute, row.tokens_free_at), amount=n_tokens, now=now
        )
        row.tokens_free_at = tokens.free_at
        waits.append(wait_s)
    session.add(row)
    session.flush()
    return max(waits)
