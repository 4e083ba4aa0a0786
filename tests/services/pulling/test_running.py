"""A run asks what is missing, commits each response as it arrives, and says how it ended."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.claims import claim
from evalhub.db.models import Endpoint, Prompt, Response
from evalhub.endpoints.protocol import Asker
from evalhub.services.pulling import (
    RunTools,
    ShareEnd,
    Stored,
    cancel_pull,
    get_pull,
    pull_progress,
    run_pull,
    run_share,
)
from tests.factories import MOMENT, make_prompt_set_version, make_response
from tests.pulling import ACTOR, Scene


def outcome(
    status: ResponseStatus = ResponseStatus.ANSWERED,
    text: str = "Yes.",
    *,
    kind: ErrorKind | None = None,
    message: str = "",
) -> Outcome:
    """Return an outcome that an asker might give."""
    return Outcome(
        status=status, request_sha256="0" * 64, text=text, error_kind=kind, error_message=message
    )


@dataclass
class Puppet:
    """Stand for an endpoint: it answers what its plan says, and notes what it was asked."""

    plan: dict[str, Outcome] = field(default_factory=dict)
    default: Outcome = field(default_factory=outcome)
    asked: list[str] = field(default_factory=list)
    stuck: frozenset[str] = frozenset()
    together: asyncio.Barrier | None = None
    n_now: int = 0
    n_most: int = 0

    def open(self, _spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        """Open a client of this endpoint."""
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Asker]:
        yield self

    async def ask(self, question: Question) -> Outcome:
        """Answer by plan."""
        text = str(question.messages[-1]["content"])
        self.asked.append(text)
        self.n_now += 1
        self.n_most = max(self.n_most, self.n_now)
        try:
            if self.together:
                await self.together.wait()
            if text in self.stuck:
                await asyncio.Event().wait()
        finally:
            self.n_now -= 1
        return self.plan.get(text, self.default)


def run(scene: Scene, pull_id: int, tools: RunTools) -> PullStatus:
    """Run a pull to its end."""
    return asyncio.run(run_pull(scene.database, pull_id, tools=tools))


def responses(scene: Scene) -> list[Response]:
    """Return what is stored, in the order of the prompts."""
    with scene.database.transaction(write=False) as session:
        query = select(Response).join(Prompt, col(Prompt.id) == col(Response.prompt_id))
        return list(session.exec(query.order_by(col(Prompt.position), col(Response.endpoint_id))))


def long_set(scene: Scene, n: int) -> list[str]:
    """Replace the set's newest version by one of ``n`` prompts."""
    texts = [f"Question {number}?" for number in range(n)]
    with scene.database.transaction() as session:
        make_prompt_set_version(session, *texts, slug="long")
    return texts


def test_every_endpoint_is_asked_every_prompt_over_http(scene: Scene, tools: RunTools) -> None:
    scene.endpoint("careful", "model-a")
    scene.endpoint("quick", "model-b")
    pull = scene.start("careful", "quick")

    status = run(scene, pull.id, tools)

    assert status is PullStatus.DONE
    assert [row.text[:2] for row in responses(scene)] == ["A:", "B:"] * 3
    assert set(scene.server.calls.values()) == {1}


def test_a_response_is_stored_with_its_evidence(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()

    run(scene, pull.id, tools)

    row = responses(scene)[0]
    assert (row.endpoint_id, row.pull_id, row.sample_index) == (endpoint_id, pull.id, 0)
    assert (row.model_reported, row.finish_reason, row.n_attempts) == ("model-a", "stop", 1)
    assert (row.prompt_tokens, row.completion_tokens) == (6, 4)
    assert row.latency_ms is not None
    assert json.loads(row.raw_body)["model"] == "model-a"
    assert (len(row.request_sha256), len(row.sha256), row.created_at) == (64, 64, MOMENT)


def test_a_second_run_asks_nothing(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    run(scene, scene.start().id, tools)

    status = run(scene, scene.start().id, tools)

    assert (status, scene.server.calls.total()) == (PullStatus.DONE, 3)


def test_each_response_is_reported_as_it_is_stored(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    seen: list[Stored] = []

    run(scene, scene.start().id, replace(tools, report=seen.append))

    assert seen == [Stored("careful", ResponseStatus.ANSWERED)] * 3


def test_self_identification_is_kept_beside_the_response(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    puppet = Puppet({"What is fever?": outcome(text="I am ChatGPT.")})

    run(scene, scene.start().id, replace(tools, clients=puppet.open))

    assert [row.names_itself for row in responses(scene)] == ["I am ChatGPT", None, None]


def test_no_more_than_the_endpoints_concurrency_is_asked_at_once(
    scene: Scene, tools: RunTools
) -> None:
    endpoint_id = scene.endpoint()
    texts = long_set(scene, 32)
    with scene.database.transaction() as session:
        session.execute(sa.text("UPDATE endpoint SET max_concurrency = 4"))
    puppet = Puppet(together=asyncio.Barrier(4))
    pull = scene.start(prompt_set="long")

    asyncio.run(
        run_share(scene.database, pull.id, endpoint_id, tools=replace(tools, clients=puppet.open))
    )

    assert puppet.n_most == 4
    assert sorted(puppet.asked) == sorted(texts)


def test_more_than_one_page_of_prompts_is_asked_in_full(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    texts = long_set(scene, 450)
    puppet = Puppet()

    run(scene, scene.start(prompt_set="long").id, replace(tools, clients=puppet.open))

    assert sorted(puppet.asked) == sorted(texts)


def test_an_item_that_always_fails_ends_as_an_error_while_the_rest_completes(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    failing = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.SERVER, message="HTTP 500: no")
    puppet = Puppet({"What is fever?": failing})

    status = run(scene, scene.start().id, replace(tools, clients=puppet.open))

    assert status is PullStatus.DONE
    assert [row.status.value for row in responses(scene)] == ["error", "answered", "answered"]


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


def test_an_endpoint_that_turns_everything_away_is_given_up(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    long_set(scene, 50)
    denied = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.UNAUTHORISED, message="HTTP 401: no")
    puppet = Puppet(default=denied)
    pull = scene.start(prompt_set="long")

    status = run(scene, pull.id, replace(tools, clients=puppet.open))

    assert status is PullStatus.FAILED
    assert len(puppet.asked) < 30
    with scene.database.transaction(write=False) as session:
        reason = get_pull(pull.public_id, session=session).reason
    assert reason == "careful@1: gave up after 5 failures in a row: HTTP 401: no"


def test_a_single_refusal_of_that_kind_does_not_end_the_rest(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    texts = long_set(scene, 30)
    denied = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.UNAUTHORISED, message="HTTP 403")
    with scene.database.transaction() as session:
        session.execute(sa.text("UPDATE endpoint SET max_concurrency = 1"))
    puppet = Puppet(dict.fromkeys(texts[::2], denied))

    status = run(scene, scene.start(prompt_set="long").id, replace(tools, clients=puppet.open))

    assert (status, len(puppet.asked)) == (PullStatus.DONE, 30)


def test_an_endpoint_whose_key_is_missing_fails_alone(scene: Scene, tools: RunTools) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick", "model-b")
    with scene.database.transaction() as session:
        session.execute(
            sa.text("UPDATE endpoint SET api_key_ref = 'env:NO_KEY' WHERE slug = 'careful'")
        )
    pull = scene.start("careful", "quick")

    status = run(scene, pull.id, tools)

    with scene.database.transaction(write=False) as session:
        progress = pull_progress(pull.public_id, session=session)
    assert status is PullStatus.FAILED
    assert progress.pull.reason == "careful@1: The environment variable NO_KEY holds no key."
    assert [share.n_left for share in progress.endpoints] == [3, 0]


def test_a_database_that_fails_is_written_down_when_it_is_back(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    broken = outcome(text="a" * 10)
    # PostgreSQL and SQLite both refuse a response without a hash of the request.
    puppet = Puppet(default=replace(broken, request_sha256=None))  # type: ignore[arg-type]  # on purpose
    pull = scene.start()

    status = run(scene, pull.id, replace(tools, clients=puppet.open))

    with scene.database.transaction(write=False) as session:
        reason = get_pull(pull.public_id, session=session).reason
    assert status is PullStatus.FAILED
    assert reason == "careful@1: the database failed (IntegrityError)."


def test_a_second_runner_waits_for_the_first(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()

    async def run_beside_a_claim() -> ShareEnd:
        with claim(scene.database, f"endpoint-{endpoint_id}"):
            waiting = asyncio.create_task(
                run_share(scene.database, pull.id, endpoint_id, tools=tools)
            )
            done, _ = await asyncio.wait({waiting}, timeout=0.1)
            assert not done
            assert scene.server.calls.total() == 0
        return await waiting

    assert asyncio.run(run_beside_a_claim()) is ShareEnd.DONE
    assert scene.server.calls.total() == 3


def test_a_waiting_runner_that_is_told_to_stop_leaves(scene: Scene, tools: RunTools) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    tools.stop.set()

    with claim(scene.database, f"endpoint-{endpoint_id}"):
        end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert end is ShareEnd.STOPPED


def test_a_defect_is_written_down_and_raised(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    pull = scene.start()

    def broken(_spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        run(scene, pull.id, replace(tools, clients=broken))

    with scene.database.transaction(write=False) as session:
        found = get_pull(pull.public_id, session=session)
    assert found.status is PullStatus.FAILED
    assert found.reason == "careful@1: stopped by a defect of EvalHub (ZeroDivisionError)."


def failed_before(scene: Scene, tools: RunTools, *kinds: ErrorKind) -> None:
    """Run a pull in which the first prompts fail with ``kinds``."""
    texts = ("What is fever?", "What is a contract?", "What is a list?")
    plan = {
        text: outcome(ResponseStatus.ERROR, "", kind=kind, message="no")
        for text, kind in zip(texts, kinds, strict=False)
    }
    run(scene, scene.start().id, replace(tools, clients=Puppet(plan).open))


def test_retrying_asks_again_what_may_pass(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    failed_before(scene, tools, ErrorKind.TIMEOUT, ErrorKind.REJECTED)
    puppet = Puppet()

    run(scene, scene.start(retry_errors=True).id, replace(tools, clients=puppet.open))

    assert puppet.asked == ["What is fever?"]
    assert [row.status.value for row in responses(scene)] == ["answered", "error", "answered"]


def test_without_retrying_an_error_stays(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    failed_before(scene, tools, ErrorKind.TIMEOUT)
    puppet = Puppet()

    run(scene, scene.start().id, replace(tools, clients=puppet.open))

    assert puppet.asked == []


def test_what_fails_again_is_not_asked_for_ever(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    failed_before(scene, tools, ErrorKind.TIMEOUT)
    failing = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.SERVER, message="still no")
    puppet = Puppet(default=failing)
    pull = scene.start(retry_errors=True)

    status = run(scene, pull.id, replace(tools, clients=puppet.open))

    assert (status, puppet.asked) == (PullStatus.DONE, ["What is fever?"])
    assert responses(scene)[0].error_message == "still no"


class Overtaken(Puppet):
    """Stand for an endpoint whose answer somebody else stores before it arrives."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(default=outcome(text="Late."))
        self._scene = scene

    async def ask(self, question: Question) -> Outcome:
        """Let the other one store its answer first."""
        with self._scene.database.transaction() as session:
            prompt = session.get_one(Prompt, question.prompt_id)
            endpoint = session.exec(select(Endpoint)).one()
            make_response(session, prompt, endpoint, text="First.")
        return await super().ask(question)


@pytest.mark.parametrize("retry_errors", [False, True], ids=["plain", "retrying"])
def test_an_answer_that_is_there_already_is_never_replaced(
    scene: Scene, tools: RunTools, *, retry_errors: bool
) -> None:
    scene.endpoint()
    seen: list[Stored] = []
    overtaken = Overtaken(scene)

    run(
        scene,
        scene.start(retry_errors=retry_errors).id,
        replace(tools, clients=overtaken.open, report=seen.append),
    )

    assert [row.text for row in responses(scene)] == ["First."] * 3
    assert seen == []
