"""A server that others wrote is understood in every dialect."""

import asyncio
from collections.abc import Iterator

import pytest

from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.client import open_client
from tests.endpoints.aimock import aimock

# One server for all of them: node takes half a second to start.
pytestmark = pytest.mark.xdist_group("aimock")
ANSWER = "A raised body temperature."
ADDRESSES = {
    DialectName.CHAT_COMPLETIONS: "/v1",
    DialectName.RESPONSES: "/v1",
    DialectName.ANTHROPIC_MESSAGES: "",
    DialectName.GEMINI: "",
    DialectName.AZURE_OPENAI: "",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run aimock."""
    with aimock(tmp_path_factory.mktemp("aimock"), {"What is fever?": ANSWER}) as url:
        yield url


def ask(server: str, dialect: DialectName, text: str) -> Outcome:
    """Ask the server once in a dialect."""
    spec = EndpointSpec(
        "stranger",
        "some-model",
        dialect,
        server + ADDRESSES[dialect],
        api_key_ref="env:THE_API_KEY",
        parameters={"max_tokens": 50} if dialect is DialectName.ANTHROPIC_MESSAGES else {},
        max_attempts=1,
    )
    messages = [{"role": "system", "content": "Short."}, {"role": "user", "content": text}]

    async def run() -> Outcome:
        environ = {"THE_API_KEY": "sk-for-nobody-at-all"}
        allowed = frozenset({"127.0.0.1"})
        async with open_client(spec, environ=environ, allowed_hosts=allowed) as client:
            return await client.ask(Question(1, messages))

    return asyncio.run(run())


@pytest.mark.parametrize("dialect", DialectName)
def test_an_answer_is_read(server: str, dialect: DialectName) -> None:
    outcome = ask(server, dialect, "What is fever?")

    assert (outcome.status, outcome.text) == (ResponseStatus.ANSWERED, ANSWER), outcome


@pytest.mark.parametrize("dialect", DialectName)
def test_a_question_it_does_not_know_is_an_error(server: str, dialect: DialectName) -> None:
    outcome = ask(server, dialect, "What is cough?")

    assert (outcome.status, outcome.error_kind) == (ResponseStatus.ERROR, ErrorKind.REJECTED)
