"""Run one endpoint's share of a pull from claim to settlement."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

import sqlalchemy as sa

from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.claims import Look, held_names, watched_claim
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Pull
from evalhub.errors import EndpointError
from evalhub.services.endpoints.views import spec_of
from evalhub.services.pulling.asking import Share
from evalhub.services.pulling.holding import claim_name
from evalhub.services.pulling.settling import begin_share, end_share, is_over
from evalhub.services.pulling.tools import RunTools, ShareEnd, ShareWork
from evalhub.services.transaction import is_passing


async def run_share(
    database: Database, pull_id: int, endpoint_id: int, *, tools: RunTools
) -> ShareEnd:
    """Ask one endpoint what the pull is missing, and write down how it ended.

    An endpoint is asked by one process at a time, whichever of its revisions is asked: a
    second one waits, so that neither a resumed pull nor a second pull asks what is being asked,
    and the endpoint's concurrency holds. What goes wrong fails this share only; a defect is
    written down and raised. A fault of the database that passes, and the loss of the claim, which
    is one, fail it only where nobody runs it again (``tools.is_run_again``).
    """
    share = _Share(database, pull_id, endpoint_id, tools)
    name = await asyncio.to_thread(_claim_name, share)
    with ExitStack() as stack:
        while (look := await asyncio.to_thread(_claim, stack, database, name)) is None:
            if tools.stop.is_set():
                return ShareEnd.STOPPED
            # Whoever is asked may be asked for hours: a pull that is over must not keep one of
            # the worker's places as long.
            if await asyncio.to_thread(_is_over, share):
                return ShareEnd.CANCELLED
            await asyncio.sleep(tools.poll_s)
        return await _run_claimed(share, look)


@dataclass(frozen=True, slots=True)
class _Share:
    database: Database
    pull_id: int
    endpoint_id: int
    tools: RunTools


def _claim_name(share: _Share) -> str:
    with share.database.transaction(write=False) as session:
        return claim_name(session.get_one(Endpoint, share.endpoint_id).slug)


def _is_over(share: _Share) -> bool:
    with share.database.transaction(write=False) as session:
        return is_over(share.pull_id, session=session)


def _claim(stack: ExitStack, database: Database, name: str) -> Look | None:
    # A claim opens a connection of its own, which whoever waits would do every second.
    with database.transaction(write=False) as session:
        if held_names([name], session=session):
            return None
    # A stack of its own, so that a claim that was not granted is closed before the next try.
    attempt = ExitStack()
    look = attempt.enter_context(watched_claim(database, name))
    if look is None:
        attempt.close()
    else:
        stack.push(attempt)
    return look


async def _run_claimed(share: _Share, look: Look) -> ShareEnd:
    tools = share.tools
    begun = await asyncio.to_thread(_begin, share)
    if begun is None:
        return ShareEnd.CANCELLED
    pull, spec, label = begun
    work = ShareWork(share.database, pull, share.endpoint_id, spec, tools, look)
    # Failed unless it says otherwise: neither a defect nor a cancelled task gets to set it.
    reason, end = "", ShareEnd.FAILED
    try:
        async with tools.clients(spec) as client:
            end = await Share(work, client).work()
    except EndpointError as error:
        reason = f"{label}: {error}"
    except sa.exc.SQLAlchemyError as error:
        # Marked as ended it would not go on by itself, and a database that was away for a moment
        # would cost the whole pull.
        if tools.is_run_again and is_passing(error):
            raise
        reason = f"{label}: the database failed ({type(error).__name__})."
    except Exception as error:
        reason = f"{label}: stopped by a defect of EvalHub ({type(error).__name__})."
        raise
    finally:
        # A share that was stopped is not ended: another worker goes on with it.
        if reason or end in {ShareEnd.DONE, ShareEnd.CANCELLED}:
            await asyncio.to_thread(_end, share, pull.run_number, reason)
    return end


def _begin(share: _Share) -> tuple[Pull, EndpointSpec, str] | None:
    with share.database.transaction() as session:
        pull = begin_share(share.pull_id, share.endpoint_id, session=session, now=share.tools.now())
        if pull is None:
            return None
        row = session.get_one(Endpoint, share.endpoint_id)
        return pull, spec_of(row), f"{row.slug}@{row.revision}"


def _end(share: _Share, run_number: int, reason: str) -> None:
    with share.database.transaction() as session:
        end_share(
            share.pull_id,
            share.endpoint_id,
            run_number=run_number,
            reason=reason,
            session=session,
            now=share.tools.now(),
        )
