"""Responses that arrive during a commit share the next one; a failure reaches each of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Pull, Response
from evalhub.services.pulling import RunTools
from evalhub.services.pulling.committing import Committer
from evalhub.services.pulling.tools import ShareWork
from tests.pulling import Scene
from tests.writing import listening

GOOD = Outcome(status=ResponseStatus.ANSWERED, request_sha256="0" * 64, text="Yes.")
BAD = replace(GOOD, request_sha256=None)  # type: ignore[arg-type]  # no database takes it


@dataclass
class Commits:
    """Count the transactions that were committed."""

    n: int = 0


@pytest.fixture
def committer(scene: Scene, tools: RunTools) -> Committer:
    """Give the committer of one share."""
    endpoint_id = scene.endpoint()
    pull_id = scene.start().id
    with scene.database.transaction(write=False) as session:
        pull = session.get_one(Pull, pull_id)
    spec = EndpointSpec("careful", "model-a", "chat_completions", "")
    return Committer(ShareWork(scene.database, pull, endpoint_id, spec, tools, lambda: None))


@pytest.fixture
def commits(scene: Scene, committer: Committer) -> Iterator[Commits]:
    """Give a count of commits from here on."""
    commits = Commits()

    def count(_connection: sa.Connection) -> None:
        commits.n += 1

    with listening(scene.database, "commit", count):
        yield commits


def prompt_ids(scene: Scene) -> list[int]:
    """Return the prompts that have a response."""
    with scene.database.transaction(write=False) as session:
        return sorted(session.exec(select(Response.prompt_id)))


def test_what_arrives_during_a_commit_shares_the_next(
    scene: Scene, committer: Committer, commits: Commits
) -> None:
    async def run() -> list[bool]:
        return await asyncio.gather(
            *(committer.commit(Question(number, []), GOOD) for number in (1, 2, 3))
        )

    stored = asyncio.run(run())

    # The first is committed at once; the two others wait for it, and then go together.
    assert (stored, commits.n) == ([True, True, True], 2)
    assert prompt_ids(scene) == [1, 2, 3]


def test_what_arrives_later_is_committed_on_its_own(
    scene: Scene, committer: Committer, commits: Commits
) -> None:
    async def run() -> None:
        await committer.commit(Question(1, []), GOOD)
        await committer.commit(Question(2, []), GOOD)

    asyncio.run(run())

    assert commits.n == 2


def test_a_failure_reaches_everyone_whose_response_it_kept_out(
    scene: Scene, committer: Committer
) -> None:
    async def run() -> list[bool | BaseException]:
        arriving = [
            committer.commit(Question(1, []), GOOD),
            committer.commit(Question(2, []), BAD),
            committer.commit(Question(3, []), GOOD),
        ]
        return await asyncio.gather(*arriving, return_exceptions=True)

    results = asyncio.run(run())

    assert [type(result) for result in results] == [bool, IntegrityError, IntegrityError]
    assert prompt_ids(scene) == [1]


def test_what_is_there_already_is_reported_as_not_stored(
    scene: Scene, committer: Committer
) -> None:
    async def run() -> list[bool]:
        return [
            await committer.commit(Question(1, []), GOOD),
            await committer.commit(Question(1, []), GOOD),
        ]

    assert asyncio.run(run()) == [True, False]
