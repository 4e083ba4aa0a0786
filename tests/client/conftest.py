"""A real server on loopback over a release of the tiny project, and a client with a key."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from evalhub.client import Client, RetryPolicy
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.client.serving import Between, serving
from tests.released import built, database_url, released_template
from tests.web.conftest import Clock, app, clock, sign_in

__all__ = ["app", "built", "clock", "database_url", "released_template", "sign_in"]

Connect = Callable[..., Client]


@pytest.fixture
def between(app: Flask) -> Between:
    """Give what stands between the server and the application."""
    return Between(app)


@pytest.fixture
def url(between: Between) -> Iterator[str]:
    """Give the address of the server."""
    with serving(between) as address:
        yield address


@pytest.fixture
def waits() -> list[float]:
    """Give the list of the waits that clients would have made."""
    return []


@pytest.fixture
def connect(url: str, database: Database, clock: Clock, waits: list[float]) -> Iterator[Connect]:
    """Give a function that connects a client with a new key; its waits take no time."""
    with ExitStack() as stack:

        def connect(
            role: Role = Role.LAB,
            *scopes: Scope,
            key: str | None = None,
            attempts: int = 4,
            **options: object,
        ) -> Client:
            wanted = scopes or (Scope.RELEASES_READ,)
            key = key or bearer(database, role, *wanted, now=clock())["Authorization"][7:]
            return stack.enter_context(
                Client(
                    url,
                    key,
                    policy=RetryPolicy(attempts=attempts),
                    timeout_s=20,
                    sleep=waits.append,
                    **options,  # type: ignore[arg-type]  # by name
                )
            )

        yield connect
