"""Deciding at the same moment gives one version, and new versions never share a number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlmodel import select

from evalhub.core.people import command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Prompt, PromptSetVersion
from evalhub.errors import Conflict
from evalhub.services.prompt_sets import Frozen, confirm_upload, discard_upload
from tests.core.prompts.rows import row
from tests.services.prompt_sets.material import staged

ACTOR = command_actor()
N_THREADS = 4


def at_once(*tasks: Callable[[], Frozen | None]) -> list[Frozen | None]:
    """Run tasks in threads of their own that start together."""
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], Frozen | None]) -> Frozen | None:
        barrier.wait(timeout=30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def confirming(database: Database, token: str, now: datetime) -> Callable[[], Frozen]:
    def confirm() -> Frozen:
        with database.transaction() as session:
            return confirm_upload(token, session=session, actor=ACTOR, now=now)

    return confirm


def test_confirming_one_upload_at_once_freezes_it_once(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        token = staged(session).token

    found = at_once(*[confirming(database, token, now)] * N_THREADS)

    assert sorted(frozen.is_new for frozen in found if frozen) == [False, False, False, True]
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Prompt)).all()) == 3


def test_uploads_for_one_new_set_at_once_become_versions_of_it(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        tokens = [staged(session, row(id=f"q{i}")).token for i in range(N_THREADS)]

    at_once(*(confirming(database, token, now) for token in tokens))

    with database.transaction(write=False) as session:
        assert sorted(session.exec(select(PromptSetVersion.number)).all()) == [1, 2, 3, 4]


def test_the_same_rows_at_once_are_one_version(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        tokens = [staged(session).token for _ in range(N_THREADS)]

    found = at_once(*(confirming(database, token, now) for token in tokens))

    assert len({frozen.version.id for frozen in found if frozen}) == 1


def test_confirming_and_discarding_at_once_does_one_of_the_two(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        token = staged(session).token

    def discard() -> None:
        with database.transaction() as session:
            discard_upload(token, session=session, actor=ACTOR, now=now)

    with pytest.raises(Conflict):
        at_once(confirming(database, token, now), discard)

    with database.transaction(write=False) as session:
        assert len(session.exec(select(Prompt)).all()) in {0, 3}
