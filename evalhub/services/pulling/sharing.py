"""Run one endpoint's share of a pull from claim to settlement."""

import asyncio
from contextlib import ExitStack

import sqlalchemy as sa

from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Pull
from evalhub.errors import EndpointError
from evalhub.services.endpoints.views import spec_of
from evalhub.services.pulling.asking import Share
from evalhub.services.pulling.holding import claim_name
from evalhub.services.pulling.settling import begin_share, end_share
from evalhub.services.pulling.tools import RunTools, ShareEnd, ShareWork


async def run_share(
    database: Database, pull_id: int, endpoint_id: int, *, tools: RunTools
) -> ShareEnd:
    """Ask one endpoint what the pull is missing, and write down how it ended.

    An endpoint is asked by one process at a time, whichever of its revisions is asked: a
    second one waits, so that neither a resumed pull nor a second pull asks what is being asked,
    and the endpoint's concurrency holds. What goes wrong fails this share only; a defect is
    written down and raised.
    """
    name = await asyncio.to_thread(_claim_name, database, endpoint_id)
    with ExitStack() as stack:
        while not await asyncio.to_thread(_claim, stack, database, name):
            if tools.stop.is_set():
                return ShareEnd.STOPPED
            await asyncio.sleep(tools.poll_s)
        return await _run_claimed(database, pull_id, endpoint_id, tools)


def _claim_name(database: Database, endpoint_id: int) -> str:
    with database.transaction(write=False) as session:
        return claim_name(session.get_one(Endpoint, endpoint_id).slug)


def _claim(stack: ExitStack, database: Database, name: str) -> bool:
    # A stack of its own, so that a claim that was not granted is closed before the next try.
    attempt = ExitStack()
    if attempt.enter_context(claim(database, name)):
        stack.push(attempt)
        return True
    attempt.close()
    return False


async def _run_claimed(
    database: Database, pull_id: int, endpoint_id: int, tools: RunTools
) -> ShareEnd:
    begun = await asyncio.to_thread(_begin, database, pull_id, endpoint_id, tools)
    if begun is None:
        return ShareEnd.CANCELLED
    pull, spec, label = begun
    # Failed unless it says otherwise: neither a defect nor a cancelled task gets to set it.
    reason, end = "", ShareEnd.FAILED
    try:
        async with tools.clients(spec) as client:
            end = await Share(ShareWork(database, pull, endpoint_id, spec, tools), client).work()
    except EndpointError as error:
        reason = f"{label}: {error}"
    except sa.exc.SQLAlchemyError as error:
        reason = f"{label}: the database failed ({type(error).__name__})."
    except Exception as error:
        reason = f"{label}: stopped by a defect of EvalHub ({type(error).__name__})."
        raise
    finally:
        # A share that was stopped is not ended: another worker goes on with it.
        if reason or end in {ShareEnd.DONE, ShareEnd.CANCELLED}:
            await asyncio.to_thread(_end, database, pull_id, endpoint_id, reason, tools)
    return end


def _begin(
    database: Database, pull_id: int, endpoint_id: int, tools: RunTools
) -> tuple[Pull, EndpointSpec, str] | None:
    with database.transaction() as session:
        pull = begin_share(pull_id, endpoint_id, session=session, now=tools.now())
        if pull is None:
            return None
        row = session.get_one(Endpoint, endpoint_id)
        return pull, spec_of(row), f"{row.slug}@{row.revision}"


def _end(database: Database, pull_id: int, endpoint_id: int, reason: str, tools: RunTools) -> None:
    with database.transaction() as session:
        end_share(pull_id, endpoint_id, reason=reason, session=session, now=tools.now())
