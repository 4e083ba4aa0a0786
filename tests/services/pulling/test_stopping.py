"""A run that is stopped, cancelled or overtaken keeps what came back."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
import sqlalchemy as sa

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import Question
from evalhub.db.claims import claim
from evalhub.db.models import Endpoint
from evalhub.services.pulling import (
    RunTools,
    ShareEnd,
    Stored,
    cancel_pull,
    get_pull,
    resume_pull,
    run_share,
)
from tests.claims import cut_claims
from tests.factories import MOMENT, make_endpoint
from tests.pulling import ACTOR, Scene
from tests.services.pulling.puppet import Puppet, responses, run
from tests.writing import listening


def test_a_stuck_request_does_not_hold_the_others(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    puppet = Puppet(stuck=frozenset({"What is fever?"}))
    pull = scene.start()
    seen: list[Stored] = []

    def stop_when_the_rest_is_there(stored: Stored) -> None:
        seen.append(stored)
        if len(seen) == 2:
            tools.stop.set()

    status = run(
        scene,
        pull.id,
        replace(tools, clients=puppet.open, report=stop_when_the_rest_is_there),
    )

    assert status is PullStatus.RUNNING
    assert [row.prompt_id for row in responses(scene)] == [2, 3]


def test_a_stopped_run_goes_on_with_what_is_missing(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    stuck = Puppet(stuck=frozenset({"What is fever?"}))
    pull = scene.start()
    tools.stop.set()
    run(scene, pull.id, replace(tools, clients=stuck.open))
    n_before = len(responses(scene))

    free = Puppet()
    status = run(scene, pull.id, replace(tools, clients=free.open, stop=threading.Event()))

    assert status is PullStatus.DONE
    assert "What is fever?" in free.asked
    assert len(free.asked) == 3 - n_before
    assert len(responses(scene)) == 3


def test_cancelling_ends_the_run_and_keeps_what_came_back(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    puppet = Puppet(stuck=frozenset({"What is fever?"}))
    pull = scene.start()
    seen: list[Stored] = []

    def cancel_when_the_rest_is_there(stored: Stored) -> None:
        seen.append(stored)
        if len(seen) == 2:
            threading.Thread(target=cancel).start()

    def cancel() -> None:
        with scene.database.transaction() as session:
            cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)

    status = run(
        scene,
        pull.id,
        replace(tools, clients=puppet.open, report=cancel_when_the_rest_is_there),
    )

    assert status is PullStatus.CANCELLED
    assert len(responses(scene)) == 2


def test_a_pull_that_is_over_is_not_run(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    with scene.database.transaction() as session:
        cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)

    end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert (end, scene.server.calls.total()) == (ShareEnd.CANCELLED, 0)


def test_a_second_runner_waits_for_the_first(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()

    async def run_beside_a_claim() -> ShareEnd:
        with claim(scene.database, "endpoint-careful"):
            waiting = asyncio.create_task(
                run_share(scene.database, pull.id, endpoint_id, tools=tools)
            )
            done, _ = await asyncio.wait({waiting}, timeout=0.1)
            assert not done
            assert scene.server.calls.total() == 0
        return await waiting

    assert asyncio.run(run_beside_a_claim()) is ShareEnd.DONE
    assert scene.server.calls.total() == 3


def test_a_revision_waits_for_whoever_asks_the_one_before(scene: Scene, tools: RunTools) -> None:
    before = scene.endpoint()
    with scene.database.transaction() as session:
        session.get_one(Endpoint, before).retired_at = MOMENT
        session.flush()
        revised = make_endpoint(session, slug="careful", revision=2, url=scene.server.url).id
    pull = scene.start()

    async def run_beside_the_first() -> ShareEnd:
        with claim(scene.database, "endpoint-careful"):
            waiting = asyncio.create_task(run_share(scene.database, pull.id, revised, tools=tools))
            done, _ = await asyncio.wait({waiting}, timeout=0.5)
            assert not done
        return await waiting

    assert asyncio.run(run_beside_the_first()) is ShareEnd.DONE


def test_a_waiting_runner_that_is_told_to_stop_leaves(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    tools.stop.set()

    with claim(scene.database, "endpoint-careful"):
        end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert end is ShareEnd.STOPPED


def test_a_waiting_runner_whose_pull_is_cancelled_leaves(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()

    async def cancel_beside_a_claim() -> ShareEnd:
        with claim(scene.database, "endpoint-careful"):
            waiting = asyncio.create_task(
                run_share(scene.database, pull.id, endpoint_id, tools=tools)
            )
            done, _ = await asyncio.wait({waiting}, timeout=0.1)
            assert not done
            with scene.database.transaction() as session:
                cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)
            return await asyncio.wait_for(waiting, 30)

    assert asyncio.run(cancel_beside_a_claim()) is ShareEnd.CANCELLED


def test_a_runner_that_another_was_quicker_than_waits(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    tools.stop.set()
    n_looks = count(1)

    with ExitStack() as others:

        def take(*_args: object) -> None:
            # Between the look at who holds the endpoint, its second transaction, and the claim.
            if next(n_looks) == 2:
                assert others.enter_context(claim(scene.database, "endpoint-careful"))

        with listening(scene.database, "checkin", take):
            end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert (end, next(n_looks)) == (ShareEnd.STOPPED, 3)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_waits_for_an_endpoint_opens_no_connection(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    opened: list[object] = []
    looks = threading.Semaphore(0)

    def note(*_args: object) -> None:
        opened.append(None)

    async def wait_beside_a_claim() -> None:
        with claim(scene.database, "endpoint-careful"):
            sa.event.listen(sa.pool.NullPool, "connect", note)
            waiting = asyncio.create_task(
                run_share(scene.database, pull.id, endpoint_id, tools=tools)
            )
            assert await asyncio.to_thread(lambda: all(looks.acquire(timeout=30) for _ in range(8)))
            tools.stop.set()
            assert await waiting is ShareEnd.STOPPED

    try:
        with listening(scene.database, "checkin", lambda *_: looks.release()):
            asyncio.run(wait_beside_a_claim())
    finally:
        sa.event.remove(sa.pool.NullPool, "connect", note)

    assert opened == []


@dataclass
class Eventful(Puppet):
    """Let something happen while the first question is asked."""

    happens: list[Callable[[], None]] = field(default_factory=list)

    async def ask(self, question: Question) -> Outcome:
        """Answer once it has happened."""
        if self.happens:
            await asyncio.to_thread(self.happens.pop())
        return await super().ask(question)


def test_a_run_that_outlasts_a_resume_leaves_the_end_to_the_next(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    pull = scene.start()

    def cancel_and_resume() -> None:
        with scene.database.transaction() as session:
            cancel_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)
            resume_pull(pull.public_id, session=session, actor=ACTOR, now=MOMENT)

    puppet = Eventful(happens=[cancel_and_resume])
    tools = replace(tools, clients=puppet.open)

    ends = [run(scene, pull.id, tools), run(scene, pull.id, tools)]

    assert ends == [PullStatus.QUEUED, PullStatus.DONE]
    assert len(puppet.asked) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_share_whose_claim_is_cut_is_left_to_be_taken_up_again(
    scene: Scene, tools: RunTools
) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    puppet = Eventful(
        happens=[lambda: cut_claims(scene.database)], stuck=frozenset({"What is a list?"})
    )
    tools = replace(tools, clients=puppet.open, is_run_again=True)

    with pytest.raises(sa.exc.OperationalError):
        asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    with scene.database.transaction(write=False) as session:
        found = get_pull(pull.public_id, session=session)
    assert (found.status, found.reason) == (PullStatus.RUNNING, "")
    assert run(scene, pull.id, replace(tools, clients=Puppet().open)) is PullStatus.DONE
    assert len(responses(scene)) == 3
