"""Fixtures for pages: an application over a real database, a client, people who are signed in.

The application opens its own transactions. A test's own rows must be committed before a
request (use ``with database.transaction() as session:``), and the ``session`` fixture must
not hold uncommitted writes then: on SQLite there is one writer at a time.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.app import create_app
from evalhub.config import Settings
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.rim.state import Runtime, runtime
from evalhub.services.accounts.sessions import start_session
from tests.factories import make_person
from tests.web.pages import fill as fill  # noqa: PLC0414 - re-exported for tests that import it here
from tests.web.templates import COMPILED


class Clock:
    """Stand for the clock of an application; a test moves it on."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.moment

    def advance(self, **parts: float) -> None:
        """Move on by a ``timedelta`` given in parts."""
        self.moment += timedelta(**parts)


class SignIn(Protocol):
    """What the fixture ``sign_in`` gives."""

    def __call__(
        self, client: FlaskClient, roles: Iterable[Role] = (), *, name: str = "Ada Example"
    ) -> Person:
        """Make a person with ``roles`` and sign ``client`` in as them."""


@pytest.fixture
def clock() -> Clock:
    """Give the application's clock, standing at the real present."""
    return Clock(datetime.now(UTC))


_APPS: dict[str, Flask] = {}
"""Applications of this process, by the settings that their making depends on."""


@pytest.fixture
def app(settings: Settings, clock: Clock, database: Database) -> Flask:
    """Give the application over the test's database; an unexpected error fails the test.

    To make one takes longer than most requests, so tests with the same settings share one; each
    gives it a runtime of its own. Who adds routes or changes it otherwise asks for ``own_app``.
    """
    made_of = settings.model_dump_json(exclude={"instance_dir", "database_url", "releases_url"})
    shared = _APPS.get(made_of)
    if shared is None:
        shared = _APPS[made_of] = create_app(settings, clock=clock)
        _close(shared)
    Runtime(settings, database, clock).install(shared)
    return _tested(shared)


@pytest.fixture
def own_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """Give an application that no other test sees."""
    app = _tested(create_app(settings, clock=clock))
    yield app
    _close(app)


def _tested(app: Flask) -> Flask:
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    return app


def _close(app: Flask) -> None:
    with app.app_context():
        runtime().database.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without cookies."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, database: Database, settings: Settings, clock: Clock) -> SignIn:
    """Give a function that makes a person and signs a client in as them."""

    def sign_in(
        client: FlaskClient, roles: Iterable[Role] = (), *, name: str = "Ada Example"
    ) -> Person:
        with database.transaction() as session:
            person = make_person(session, *roles, name=name)
            token = start_session(
                person, session=session, user_agent="tests", days=settings.session_days, now=clock()
            )
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie["token"] = token
        return person

    return sign_in
