"""The demo's endpoints stay open while it is served, so that a visitor can watch a pull."""

import json
import socket
import urllib.request

import pytest
from sqlmodel import Session

from evalhub.core.canonical import Json
from evalhub.db.engine import Database
from evalhub.demo.endpoints import UNPREPARED, endpoint_slugs, live_servers
from evalhub.demo.script import DOMAINS
from tests.factories import make_endpoint

MEDICINE = DOMAINS[0]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def register(session: Session, url: str, *, is_simulated: bool = True) -> None:
    """Register the first of the demo's medicine endpoints."""
    slug = endpoint_slugs(MEDICINE)[0]
    make_endpoint(session, slug=slug, model="m", url=url, is_simulated=is_simulated)


def ask(host: str) -> str:
    """Return what the endpoint at ``host`` answers to a prompt of nobody's."""
    body: Json = {"model": "m", "messages": [{"role": "user", "content": "Well?"}]}
    request = urllib.request.Request(
        f"http://{host}/v1/chat/completions", json.dumps(body).encode()
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - our own server
        return str(json.load(response)["choices"][0]["message"]["content"])


def test_an_endpoint_answers_where_it_is_registered_and_says_that_it_is_simulated(
    database: Database,
) -> None:
    port = free_port()
    with database.transaction() as session:
        register(session, f"http://127.0.0.1:{port}/v1")

    [server] = live_servers(database, say=pytest.fail)
    with server:
        answer = ask(f"127.0.0.1:{port}")

    assert server.host == f"127.0.0.1:{port}"
    assert answer == UNPREPARED


@pytest.mark.parametrize(
    ("url", "is_simulated"),
    [
        pytest.param("https://models.example.org/v1", True, id="elsewhere"),
        pytest.param("http://127.0.0.1:9/v1", False, id="somebody's own"),
    ],
)
def test_what_is_not_the_demo_s_is_not_served(
    database: Database, url: str, *, is_simulated: bool
) -> None:
    with database.transaction() as session:
        register(session, url, is_simulated=is_simulated)

    assert list(live_servers(database, say=pytest.fail)) == []


def test_an_instance_without_the_demo_serves_nothing(database: Database) -> None:
    assert list(live_servers(database, say=pytest.fail)) == []


def test_a_port_that_is_taken_is_said_and_left_out(database: Database) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with database.transaction() as session:
            register(session, f"http://127.0.0.1:{port}/v1")

        servers = list(live_servers(database, say=said.append))

    assert servers == []
    assert said == [
        f"The demo's medicine endpoints stay closed: port {port}: Address already in use."
    ]
