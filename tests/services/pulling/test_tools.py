"""The real clients take their keys from the environment and hosts from the settings."""

import asyncio
from datetime import UTC, timedelta

import pytest

from evalhub.config import Settings
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ResponseStatus
from evalhub.endpoints.errors import MissingKey, UrlBlocked
from evalhub.endpoints.scripted import ScriptedServer
from evalhub.services.pulling import RunTools, Stored, http_clients
from evalhub.services.pulling.tools import utc_now


def test_allowed_hosts_come_from_the_settings(settings: Settings, server: ScriptedServer) -> None:
    spec = EndpointSpec("s", "model-a", "chat_completions", server.url)

    async def ask() -> ResponseStatus:
        async with http_clients(settings, {})(spec) as client:
            question = Question(1, [{"role": "user", "content": "What is fever?"}])
            return (await client.ask(question)).status

    assert asyncio.run(ask()) is ResponseStatus.ANSWERED


def test_other_hosts_are_blocked(settings: Settings) -> None:
    spec = EndpointSpec("s", "m", "chat_completions", "http://10.0.0.1/v1")

    async def ask() -> None:
        async with http_clients(settings, {})(spec):
            pass

    with pytest.raises(UrlBlocked):
        asyncio.run(ask())


def test_which_keys_may_be_sent_comes_from_the_settings(settings: Settings) -> None:
    spec = EndpointSpec("s", "m", "chat_completions", "https://127.0.0.1/v1", "env:PGPASSWORD")
    other = settings.model_copy(update={"endpoint_keys": "HF_*"})

    async def ask() -> None:
        async with http_clients(other, {"PGPASSWORD": "geheim"})(spec):
            pass

    with pytest.raises(MissingKey, match=r"PGPASSWORD is not sent: it must match HF_\*;"):
        asyncio.run(ask())


def test_a_run_without_a_listener_or_clock_has_its_own(settings: Settings) -> None:
    tools = RunTools(clients=http_clients(settings, {}))

    tools.report(Stored("s", ResponseStatus.ANSWERED))

    assert tools.now() - utc_now() < timedelta(minutes=1)
    assert tools.now().tzinfo is UTC
