"""Programs start pulls and follow them with a key of the right scope."""

import asyncio
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.services.pulling import RunTools, list_pulls, run_pull
from tests.api.keys import bearer
from tests.factories import make_prompt_set_version
from tests.pulling import QUESTIONS, Scene, fast_clients, start_spent
from tests.web.conftest import Clock

PATH = "/api/v1/pulls"
WANTED = {"prompt_set": "health", "endpoints": ["careful"]}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a server that answers one question and rejects the others."""
    script = Script(
        {("model-a", QUESTIONS[0]): ScriptedReply("Yes.")},
        default=ScriptedReply("Too long", status=400),
    )
    with ScriptedServer(script) as running:
        yield running


@pytest.fixture
def scene(database: Database, server: ScriptedServer) -> Scene:
    """Give a frozen set and an endpoint."""
    with database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, slug="health")
    scene = Scene(database, server)
    scene.endpoint()
    return scene


@pytest.fixture
def headers(database: Database, clock: Clock) -> dict[str, str]:
    """Give the headers of a researcher's key."""
    return bearer(database, Role.RESEARCHER, Scope.PULLS_WRITE, now=clock())


def test_a_pull_is_started_and_waits(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    answer = client.post(PATH, json={**WANTED, "retry_errors": True}, headers=headers)

    body = answer.get_json()
    assert answer.status_code == 201
    assert (body["status"], body["prompt_set"], body["retry_errors"]) == (
        "queued",
        "health@1",
        True,
    )
    assert (body["n_wanted"], body["n_settled"]) == (3, 0)


def test_what_a_pull_would_ask_is_counted_and_nothing_is_sent(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    body = client.post(f"{PATH}/plan", json={**WANTED, "samples": 2}, headers=headers).get_json()

    (share,) = body["endpoints"]
    assert (body["n_to_ask"], body["costs"], body["is_above_budget"]) == (6, [], False)
    assert (share["endpoint"], share["n_wanted"], share["basis"]) == ("careful@1", 6, "guess")
    assert (share["n_completion_tokens"], share["cost"], share["most_cost"]) == (3000, None, None)
    with scene.database.transaction(write=False) as session:
        assert list_pulls(session=session) == []


def test_counting_waits_for_nobody_who_writes(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    # The first use of a key is written down; from the second one on nothing is.
    client.post(f"{PATH}/plan", json=WANTED, headers=headers)

    with scene.database.transaction() as writing:
        writing.execute(sa.text("UPDATE prompt_set SET title = title"))
        answer = client.post(f"{PATH}/plan", json=WANTED, headers=headers)

    assert answer.status_code == 200


def test_samples_and_seed_are_taken_and_told(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    named = {**headers, "Idempotency-Key": "one"}
    wanted = {**WANTED, "samples": 2, "seed": 7}

    body = client.post(PATH, json=wanted, headers=named).get_json()

    assert (body["samples"], body["seed"], body["budget"], body["n_wanted"]) == (2, 7, None, 6)
    assert client.post(PATH, json=wanted, headers=named).status_code == 200
    assert client.post(PATH, json={**wanted, "seed": 8}, headers=named).status_code == 409


def test_a_pull_is_followed(client: FlaskClient, scene: Scene, headers: dict[str, str]) -> None:
    pull = scene.start()
    asyncio.run(
        run_pull(scene.database, pull.id, tools=RunTools(clients=fast_clients, poll_s=0.02))
    )

    body = client.get(f"{PATH}/{pull.public_id}", headers=headers).get_json()

    assert (body["status"], body["n_settled"]) == ("done", 3)
    (share,) = body["endpoints"]
    assert (share["endpoint"], share["model"], share["simulated"]) == (
        "careful@1",
        "model-a",
        False,
    )
    assert share["n_by_status"] == {
        "answered": 1,
        "empty": 0,
        "truncated": 0,
        "refused": 0,
        "error": 2,
    }
    assert share["errors"] == [{"kind": "rejected", "n": 2, "example": "HTTP 400: Too long"}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 422, id="nothing"),
        pytest.param({**WANTED, "endpoints": []}, 422, id="no endpoint"),
        pytest.param({**WANTED, "endpoints": "careful"}, 422, id="no list"),
        pytest.param({**WANTED, "colour": "blue"}, 422, id="unknown field"),
        pytest.param({**WANTED, "samples": 21}, 422, id="too many samples"),
        pytest.param({**WANTED, "budget": "5"}, 422, id="a budget without a price"),
        pytest.param({**WANTED, "prompt_set": "@"}, 422, id="no reference"),
        pytest.param({**WANTED, "prompt_set": "nope"}, 404, id="unknown set"),
        pytest.param({**WANTED, "endpoints": ["nope"]}, 404, id="unknown endpoint"),
    ],
)
def test_what_breaks_a_rule_starts_nothing(
    client: FlaskClient,
    scene: Scene,
    headers: dict[str, str],
    body: dict[str, object],
    status: int,
) -> None:
    answer = client.post(PATH, json=body, headers=headers)

    assert (answer.status_code, "error" in answer.get_json()) == (status, True)
    with scene.database.transaction(write=False) as session:
        assert list_pulls(session=session) == []


def test_the_answer_says_whether_anybody_asks_and_how_to_go_on(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    pull = scene.start()

    body = client.get(f"{PATH}/{pull.public_id}", headers=headers).get_json()

    assert (body["attendance"], body["has_worker"], body["last_response_at"]) == (
        "abandoned",
        False,
        None,
    )
    assert f"`evalhub pull run {pull.public_id}`" in body["advice"]


def test_a_pull_is_cancelled_and_resumed(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    path = f"{PATH}/{scene.start().public_id}"

    cancelled = client.post(f"{path}/cancel", headers=headers)
    resumed = client.post(f"{path}/resume", headers=headers)
    again = client.post(f"{path}/resume", headers=headers)

    assert (cancelled.status_code, cancelled.get_json()["status"]) == (200, "cancelled")
    assert (resumed.status_code, resumed.get_json()["status"]) == (200, "queued")
    assert (again.status_code, again.get_json()["error"]["message"]) == (
        409,
        "The pull is waiting for a worker already.",
    )


def test_a_pull_without_money_is_not_resumed_and_says_how_to_go_on(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    path = f"{PATH}/{start_spent(scene, PullStatus.FAILED).public_id}"

    advice = client.get(path, headers=headers).get_json()["advice"]
    refused = client.post(f"{path}/resume", headers=headers)

    assert (refused.status_code, refused.get_json()["error"]["message"]) == (409, advice)
    assert advice.startswith("A budget that is used up ")
    assert client.get(path, headers=headers).get_json()["status"] == "failed"


def test_an_unknown_pull_is_not_found(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get(f"{PATH}/nope", headers=headers).status_code == 404


def test_without_a_key_nothing_is_started(client: FlaskClient, scene: Scene) -> None:
    assert client.post(PATH, json=WANTED).status_code == 401


def test_a_key_of_another_scope_starts_nothing(
    client: FlaskClient, database: Database, clock: Clock, scene: Scene
) -> None:
    headers = bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())
    pull = scene.start()

    assert client.post(PATH, json=WANTED, headers=headers).status_code == 403
    assert client.get(f"{PATH}/{pull.public_id}", headers=headers).status_code == 403
    for act in ("cancel", "resume"):
        path = f"{PATH}/{pull.public_id}/{act}"
        assert client.post(path, headers=headers).status_code == 403
    with database.transaction(write=False) as session:
        assert [one.status for one in list_pulls(session=session)] == [PullStatus.RUNNING]


def test_a_request_that_arrives_twice_starts_one_pull(
    client: FlaskClient, scene: Scene, headers: dict[str, str], database: Database, clock: Clock
) -> None:
    named = {"Idempotency-Key": "monday"}
    other = bearer(database, Role.RESEARCHER, Scope.PULLS_WRITE, now=clock())

    first, again = (client.post(PATH, json=WANTED, headers=headers | named) for _ in range(2))
    of_another = client.post(PATH, json=WANTED, headers=other | named)

    assert [one.status_code for one in (first, again, of_another)] == [201, 200, 201]
    assert first.get_json()["id"] == again.get_json()["id"] != of_another.get_json()["id"]
    with database.transaction(write=False) as session:
        assert len(list_pulls(session=session)) == 2


def test_a_key_stands_for_one_request(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    named = headers | {"Idempotency-Key": "monday"}
    client.post(PATH, json=WANTED, headers=named)

    answer = client.post(PATH, json={**WANTED, "retry_errors": True}, headers=named)

    assert answer.status_code == 409
    assert "'monday' was sent before with another request" in answer.get_json()["error"]["message"]


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", "\xe9"], ids=["empty", "long", "blank", "é"])
def test_a_malformed_key_is_refused(
    client: FlaskClient, scene: Scene, headers: dict[str, str], database: Database, key: str
) -> None:
    answer = client.post(PATH, json=WANTED, headers=headers | {"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.get_json()["error"]["problems"][0]["where"] == "Idempotency-Key"
    with database.transaction(write=False) as session:
        assert list_pulls(session=session) == []
