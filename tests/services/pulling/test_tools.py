"""The real clients take their keys from the environment and hosts from the settings."""

import asyncio
from datetime import UTC, timedelta

import pytest

from evalhub.config import Settings
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.endpoints.errors import MissingKey, UrlBlocked
from evalhub.endpoints.scripted import ScriptedServer
from evalhub.services.pulling import RunTools, Stored, http_clients
from evalhub.services.pulling.tools import utc_now

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_allowed_hosts_come_from_the_settings(
    settings: Settings, database: Database, server: ScriptedServer
) -> None:
    spec = EndpointSpec("s", "model-a", "chat_completions", server.url)

    async def ask() -> ResponseStatus:
        async with http_clients(settings, {}, database=database)(spec) as client:
            question = Question(1, [{"role": "user", "content": "What is fever?"}])
            return (await client.ask(question)).status

    assert asyncio.run(ask()) is ResponseStatus.ANSWERED


def test_other_hosts_are_blocked(settings: Settings, database: Database) -> None:
    spec = EndpointSpec("s", "m", "chat_completions", "http://10.0.0.1/v1")

    async def ask() -> None:
        async with http_clients(settings, {}, database=database)(spec):
            pass

    with pytest.raises(UrlBlocked):
        asyncio.run(ask())


def test_which_keys_may_be_sent_comes_from_the_settings(
    settings: Settings, database: Database
) -> None:
    spec = EndpointSpec("s", "m", "chat_completions", "https://127.0.0.1/v1", "env:PGPASSWORD")
    other = settings.model_copy(update={"endpoint_keys": "HF_*"})

    async def ask() -> None:
        async with http_clients(other, {"PGPASSWORD": "geheim"}, database=database)(spec):
            pass

    with pytest.raises(MissingKey, match=r"PGPASSWORD is not sent: it must match HF_\*;"):
        asyncio.run(ask())


def test_a_run_without_a_listener_or_clock_has_its_own(
    settings: Settings, database: Database
) -> None:
    tools = RunTools(clients=http_clients(settings, {}, database=database))

    tools.report(Stored("s", ResponseStatus.ANSWERED))

    assert tools.now() - utc_now() < timedelta(minutes=1)
    assert tools.now().tzinfo is UTC
