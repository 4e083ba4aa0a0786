"""What fails is written down and asked again only when that may help."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Endpoint, Prompt
from evalhub.endpoints.protocol import Asker
from evalhub.services.pulling import (
    RunTools,
    ShareEnd,
    Stored,
    get_pull,
    pull_progress,
    run_share,
)
from tests.factories import make_response
from tests.pulling import Scene
from tests.services.pulling.puppet import Puppet, long_set, outcome, responses, run


def test_an_item_that_always_fails_ends_as_an_error_while_the_rest_completes(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    failing = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.SERVER, message="HTTP 500: no")
    puppet = Puppet({"What is fever?": failing})

    status = run(scene, scene.start().id, replace(tools, clients=puppet.open))

    assert status is PullStatus.DONE
    assert [row.status.value for row in responses(scene)] == ["error", "answered", "answered"]


@pytest.mark.parametrize(
    "kind",
    [ErrorKind.UNAUTHORISED, ErrorKind.QUOTA, ErrorKind.BLOCKED, ErrorKind.CONNECTION],
    ids=str,
)
def test_an_endpoint_that_turns_everything_away_is_given_up(
    scene: Scene, tools: RunTools, kind: ErrorKind
) -> None:
    scene.endpoint()
    long_set(scene, 50)
    denied = outcome(ResponseStatus.ERROR, "", kind=kind, message="HTTP 401: no")
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


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NO_API_KEY", "holds no key."),
        ("PGPASSWORD", "is not sent: it must match *_API_KEY; an administrator can allow others"),
    ],
    ids=["missing", "not allowed"],
)
def test_an_endpoint_whose_key_cannot_be_sent_fails_alone(
    scene: Scene, tools: RunTools, name: str, why: str
) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick", "model-b")
    with scene.database.transaction() as session:
        session.execute(
            sa.text("UPDATE endpoint SET api_key_ref = :key WHERE slug = 'careful'"),
            {"key": f"env:{name}"},
        )
    pull = scene.start("careful", "quick")

    status = run(scene, pull.id, tools)

    with scene.database.transaction(write=False) as session:
        progress = pull_progress(pull.public_id, session=session)
    assert status is PullStatus.FAILED
    reason = progress.pull.reason
    assert reason.startswith(f"careful@1: The environment variable {name} {why}")
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


class Faulty(Puppet):
    """Stand for an endpoint whose account cannot be read once, as its database is away."""

    async def ask(self, question: Question) -> Outcome:
        """Fail the first time."""
        found = await super().ask(question)
        if len(self.asked) == 1:
            raise sa.exc.OperationalError("UPDATE account_pace", {}, Exception("gone"))
        return found


def test_a_fault_that_passes_does_not_end_a_share_that_is_run_again(
    scene: Scene, tools: RunTools
) -> None:
    endpoint_id = scene.endpoint()
    pull = scene.start()
    tools = replace(tools, clients=Faulty().open, is_run_again=True)

    with pytest.raises(sa.exc.OperationalError):
        asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))
    with scene.database.transaction(write=False) as session:
        between = get_pull(pull.public_id, session=session)
    end = asyncio.run(run_share(scene.database, pull.id, endpoint_id, tools=tools))

    assert (between.status, between.reason) == (PullStatus.RUNNING, "")
    assert (end, len(responses(scene))) == (ShareEnd.DONE, 3)


def test_a_fault_that_passes_is_written_down_where_nobody_runs_it_again(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    pull = scene.start()

    status = run(scene, pull.id, replace(tools, clients=Faulty().open))

    with scene.database.transaction(write=False) as session:
        reason = get_pull(pull.public_id, session=session).reason
    assert status is PullStatus.FAILED
    assert reason == "careful@1: the database failed (OperationalError)."


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


def test_a_defect_in_one_share_leaves_the_others_alone(scene: Scene, tools: RunTools) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick", "model-b")
    pull = scene.start("careful", "quick")
    puppet = Puppet()

    def broken(spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        if spec.model == "model-a":
            raise ZeroDivisionError
        return puppet.open(spec)

    with pytest.raises(ExceptionGroup) as caught:
        run(scene, pull.id, replace(tools, clients=broken))

    with scene.database.transaction(write=False) as session:
        progress = pull_progress(pull.public_id, session=session)
    assert [type(defect) for defect in caught.value.exceptions] == [ZeroDivisionError]
    assert [share.n_left for share in progress.endpoints] == [3, 0]


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


def test_an_endpoint_that_rejects_whatever_comes_first_is_given_up(
    scene: Scene, tools: RunTools
) -> None:
    scene.endpoint()
    long_set(scene, 60)
    unknown = outcome(
        ResponseStatus.ERROR, "", kind=ErrorKind.REJECTED, message="HTTP 404: no such model"
    )
    puppet = Puppet(default=unknown)
    pull = scene.start(prompt_set="long")

    status = run(scene, pull.id, replace(tools, clients=puppet.open))

    assert status is PullStatus.FAILED
    assert len(puppet.asked) < 40
    with scene.database.transaction(write=False) as session:
        reason = get_pull(pull.public_id, session=session).reason
    assert reason == (
        "careful@1: rejected the first 20 prompts, so the rest was not sent: "
        "HTTP 404: no such model"
    )


@pytest.mark.parametrize("kind", [ErrorKind.MALFORMED, ErrorKind.REJECTED], ids=str)
def test_an_answer_of_an_earlier_pull_lets_no_useless_replies_through(
    scene: Scene, tools: RunTools, kind: ErrorKind
) -> None:
    scene.endpoint()
    run(scene, scene.start().id, replace(tools, clients=Puppet().open))
    long_set(scene, 60)
    useless = outcome(ResponseStatus.ERROR, "", kind=kind, message="HTTP 404: withdrawn")
    puppet = Puppet(default=useless)

    status = run(scene, scene.start(prompt_set="long").id, replace(tools, clients=puppet.open))

    assert status is PullStatus.FAILED
    assert len(puppet.asked) < 40


def test_rejected_prompts_hold_nobody_once_one_was_answered(scene: Scene, tools: RunTools) -> None:
    scene.endpoint()
    texts = long_set(scene, 40)
    rejected = outcome(ResponseStatus.ERROR, "", kind=ErrorKind.REJECTED, message="HTTP 400: long")
    puppet = Puppet({texts[0]: outcome()}, default=rejected)

    status = run(scene, scene.start(prompt_set="long").id, replace(tools, clients=puppet.open))

    assert status is PullStatus.DONE
    assert len(puppet.asked) == 40
