"""An endpoint that does as it is told, and short ways to run a pull."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from sqlmodel import col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.canonical import content_hash
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Prompt, Response
from evalhub.endpoints.protocol import Asker
from evalhub.services.pulling import (
    RunTools,
    run_pull,
)
from tests.factories import make_prompt_set_version
from tests.pulling import Scene


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

    def request_sha256(self, question: Question) -> str:
        """Return a hash of what is asked."""
        return content_hash([*question.messages, question.seed])

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
