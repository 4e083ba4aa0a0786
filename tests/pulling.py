"""A frozen prompt set, scripted endpoints and the tools of a run."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Actor, command_actor
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Prompt, Pull, PullEndpoint
from evalhub.endpoints.client import open_client
from evalhub.endpoints.protocol import Asker
from evalhub.endpoints.retry import Timing
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer
from evalhub.services.pulling import ONCE, PullOptions, PullView, RunTools, resume_pull, start_pull
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response

ACTOR: Actor = command_actor()
QUESTIONS = ("What is fever?", "What is a contract?", "What is a list?")


async def no_sleep(_seconds: float) -> None:
    """Wait for nothing between attempts."""


def fast_clients(spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
    """Open a real client that does not wait between attempts."""
    return open_client(
        spec,
        environ={},
        allowed_hosts=frozenset({"127.0.0.1"}),
        timing=Timing(sleep=no_sleep),
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold a database with a prompt set ``health@1`` and endpoints on one scripted server."""

    database: Database
    server: ScriptedServer

    def endpoint(self, slug: str = "careful", model: str = "model-a") -> int:
        """Register an endpoint on the scripted server and return its id."""
        with self.database.transaction() as session:
            return make_endpoint(session, slug=slug, model=model, url=self.server.url).id

    def start(
        self,
        *slugs: str,
        prompt_set: str = "health",
        retry_errors: bool = False,
        is_foreground: bool = True,
        options: PullOptions = ONCE,
    ) -> PullView:
        """Start a pull of the set from ``slugs`` (default: ``careful``)."""
        with self.database.transaction() as session:
            return start_pull(
                prompt_set,
                slugs or ("careful",),
                session=session,
                actor=ACTOR,
                now=MOMENT,
                retry_errors=retry_errors,
                is_foreground=is_foreground,
                options=options,
            )

    def resume(self, public_id: str) -> None:
        """Put a pull back to work in the foreground."""
        with self.database.transaction() as session:
            resume_pull(public_id, session=session, actor=ACTOR, now=MOMENT, is_foreground=True)


def store_response(database: Database, pull_id: int, endpoint_id: int, *, at: datetime) -> None:
    """Store the response of the endpoint to the first prompt of the pull's version."""
    with database.transaction() as session:
        pull = session.get_one(Pull, pull_id)
        prompt = session.exec(
            select(Prompt).where(
                Prompt.prompt_set_version_id == pull.prompt_set_version_id, Prompt.position == 0
            )
        ).one()
        row = make_response(session, prompt, session.get_one(Endpoint, endpoint_id))
        row.pull_id, row.created_at = pull_id, at


def start_spent(scene: Scene, status: PullStatus, *, micro: int = 300) -> PullView:
    """Start a pull with a budget of 300 millionths, let it spend ``micro`` and end so."""
    with scene.database.transaction() as session:
        row = session.exec(select(Endpoint)).one()
        row.prompt_price, row.completion_price, row.price_currency = 0, 10**6, "USD"
        session.add(row)
    pull = scene.start(options=PullOptions(budget_micro=300))
    with scene.database.transaction() as session:
        session.exec(select(PullEndpoint)).one().n_completion_tokens = micro
        session.get_one(Pull, pull.id).status = status
    return pull


def script() -> Script:
    """Return a script in which ``model-a`` and ``model-b`` answer every question."""
    given = {
        (f"model-{name}", question): ScriptedReply(f"{name.upper()}: {question}")
        for name in ("a", "b")
        for question in QUESTIONS
    }
    return Script(given, default=ScriptedReply("No idea."))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a scripted server."""
    with ScriptedServer(script()) as running:
        yield running


@pytest.fixture
def scene(database: Database, server: ScriptedServer) -> Scene:
    """Give a frozen set of three prompts beside another set with one."""
    with database.transaction() as session:
        make_prompt_set_version(session, *QUESTIONS, slug="health")
        make_prompt_set_version(session, "Noise?", slug="noise")
    return Scene(database, server)


@pytest.fixture
def tools() -> RunTools:
    """Give the tools of a run that looks for a stop often."""
    return RunTools(clients=fast_clients, now=lambda: MOMENT, poll_s=0.02, grace_s=0.05)
