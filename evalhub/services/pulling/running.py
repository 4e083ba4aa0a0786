"""Run a whole pull in this process, all its endpoints side by side."""

import asyncio
from collections.abc import Sequence

from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.db.engine import Database
from evalhub.db.models import Pull, PullEndpoint
from evalhub.services.pulling.sharing import run_share
from evalhub.services.pulling.tools import RunTools


async def run_pull(database: Database, pull_id: int, *, tools: RunTools) -> PullStatus:
    """Ask every endpoint of the pull what is missing and return where the pull then stands.

    Each response is committed as it arrives, so that whatever ends this process loses at
    most what was under way; running the pull again asks only for what is missing. A defect
    in one share leaves the others alone: raise all as an ``ExceptionGroup`` at the end.
    """
    endpoint_ids = await asyncio.to_thread(_endpoint_ids, database, pull_id)
    shares = (run_share(database, pull_id, number, tools=tools) for number in endpoint_ids)
    # Without return_exceptions the first defect would leave the other shares running unwatched.
    ends = await asyncio.gather(*shares, return_exceptions=True)
    defects = [end for end in ends if isinstance(end, Exception)]
    if defects:
        raise ExceptionGroup(f"Defects stopped shares of pull {pull_id}", defects)
    return await asyncio.to_thread(_status, database, pull_id)


def _endpoint_ids(database: Database, pull_id: int) -> Sequence[int]:
    with database.transaction(write=False) as session:
        return session.exec(
            select(PullEndpoint.endpoint_id).where(PullEndpoint.pull_id == pull_id)
        ).all()


def _status(database: Database, pull_id: int) -> PullStatus:
    with database.transaction(write=False) as session:
        return session.get_one(Pull, pull_id).status
