"""A run asks what is missing and commits each response as it arrives."""

import asyncio
import json
from dataclasses import replace

import sqlalchemy as sa

from evalhub.core.campaigns import PullStatus
from evalhub.core.responses import ResponseStatus
from evalhub.services.pulling import (
    RunTools,
    Stored,
    run_share,
)
from tests.factories import MOMENT
from tests.pulling import Scene
from tests.services.pulling.puppet import Puppet, long_set, outcome, responses, run


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
