"""Pulls long enough to be killed halfway, run by processes of their own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from evalhub.core.canonical import Json
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Prompt, Response
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from tests.factories import make_endpoint, make_prompt_set_version
from tests.pulling import Scene

N_PROMPTS = 400
CONCURRENCY = 16


class HalfwayServer(ScriptedServer):
    """Say when half of the prompts were asked."""

    def __init__(self) -> None:
        super().__init__(Script(default=ScriptedReply("Yes.", delay_s=0.005)))
        self.is_halfway = threading.Event()

    def answer(self, model: str, messages: list[Json]) -> ScriptedReply | None:
        """Answer, and count."""
        reply = super().answer(model, messages)
        if self.calls.total() >= N_PROMPTS // 2:
            self.is_halfway.set()
        return reply


@pytest.fixture
def halfway_server() -> Iterator[HalfwayServer]:
    """Run the server."""
    with HalfwayServer() as running:
        yield running


@pytest.fixture
def big_scene(database: Database, halfway_server: HalfwayServer) -> Scene:
    """Give a set of many prompts and one endpoint."""
    texts = [f"Question {number}?" for number in range(N_PROMPTS)]
    with database.transaction() as session:
        make_prompt_set_version(session, *texts, slug="health")
        make_endpoint(session, slug="careful", model="m", url=halfway_server.url)
        session.execute(sa.update(Endpoint).values(max_concurrency=CONCURRENCY))
    return Scene(database, halfway_server)


def run_command(url: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start ``evalhub`` over the database as its own process."""
    environ = {
        **os.environ,
        "EVALHUB_DATABASE_URL": url,
        "EVALHUB_INSTANCE_DIR": str(folder),
        "EVALHUB_ENDPOINT_ALLOW": "127.0.0.1",
    }
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "evalhub", *arguments],
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def stored_texts(database: Database) -> list[str]:
    """Return the question of each stored response."""
    with database.transaction(write=False) as session:
        query = select(Prompt.position).join(Response, col(Response.prompt_id) == col(Prompt.id))
        return [f"Question {position}?" for position in session.exec(query)]


def assert_whole_and_unrepeated(
    database: Database, server: HalfwayServer, committed: list[str]
) -> None:
    """Check that every response is there once and none of ``committed`` was asked again."""
    assert 0 < len(committed) < N_PROMPTS
    assert sorted(stored_texts(database)) == sorted(
        f"Question {number}?" for number in range(N_PROMPTS)
    )
    assert {server.calls["m", text] for text in committed} == {1}
    assert set(server.calls.values()) <= {1, 2}
    assert server.calls.total() <= N_PROMPTS + CONCURRENCY
