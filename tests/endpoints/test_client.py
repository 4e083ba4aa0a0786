"""Whatever a server does, asking it ends in an outcome that says what happened."""

import asyncio
import json
from collections.abc import Mapping

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.client import open_client
from evalhub.endpoints.errors import MissingKey, UnknownDialect, UrlBlocked, WrongAddress
from evalhub.endpoints.retry import Timing
from tests.endpoints import faults
from tests.endpoints.faults import Behaviour, FaultServer, completion, reply, send, then_ok

ALLOWED = frozenset({"127.0.0.1"})
QUESTION = Question(1, [{"role": "user", "content": "Well?"}])
KEY = "sk-very/secret"


class Waits:
    """Note each wait instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Note the wait."""
        self.seconds.append(seconds)


def ask(
    behaviour: Behaviour,
    *,
    waits: Waits | None = None,
    environ: Mapping[str, str] | None = None,
    **settings: float | str,
) -> tuple[Outcome, FaultServer]:
    """Ask a server that behaves so, once."""
    timing = Timing(sleep=(waits or Waits()).sleep, draw=lambda: 0.5)

    async def run(url: str) -> Outcome:
        spec = EndpointSpec("slug", "m", "chat_completions", url, **settings)  # type: ignore[arg-type]  # each test knows
        client = open_client(spec, environ=environ or {}, allowed_hosts=ALLOWED, timing=timing)
        async with client as opened:
            return await opened.ask(QUESTION)

    with FaultServer(behaviour) as server:
        return asyncio.run(run(server.url)), server


class AwayError(Exception):
    """Say that the shared limits cannot be read."""


class AwayLimits:
    """Stand for shared limits whose database is away."""

    async def take(self, n_tokens: float) -> float:
        """Fail."""
        raise AwayError(n_tokens)

    async def settle(self, n_tokens: float) -> None:
        """Fail."""
        raise AwayError(n_tokens)


def test_what_shared_limits_raise_is_no_outcome_of_the_endpoint() -> None:
    async def run(url: str) -> None:
        spec = EndpointSpec("slug", "m", "chat_completions", url, account="lab")
        client = open_client(spec, environ={}, allowed_hosts=ALLOWED, shared=AwayLimits())
        async with client as opened:
            await opened.ask(QUESTION)

    with FaultServer(reply(200, completion("Yes."))) as server, pytest.raises(AwayError):
        asyncio.run(run(server.url))

    assert server.bodies == []


def test_an_answer_comes_back_whole() -> None:
    outcome, server = ask(reply(200, completion("Yes.")), max_concurrency=2)

    assert (outcome.status, outcome.text, outcome.n_attempts) == (
        ResponseStatus.ANSWERED,
        "Yes.",
        1,
    )
    assert json.loads(server.bodies[0]) == {
        "model": "m",
        "messages": QUESTION.messages,
        "stream": False,
    }
    assert outcome.latency_ms is not None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(completion(""), ResponseStatus.EMPTY, id="empty"),
        pytest.param(completion(None), ResponseStatus.EMPTY, id="null"),
        pytest.param(
            completion("Ye", finish_reason="length"), ResponseStatus.TRUNCATED, id="length"
        ),
        pytest.param(
            completion("", finish_reason="content_filter"), ResponseStatus.REFUSED, id="filter"
        ),
        pytest.param(completion(None, refusal="No."), ResponseStatus.REFUSED, id="refusal"),
    ],
)
def test_what_is_no_answer_is_stored_as_that(body: bytes, status: ResponseStatus) -> None:
    outcome, _ = ask(reply(200, body))

    assert outcome.status is status


def test_a_refusal_keeps_its_words() -> None:
    outcome, _ = ask(reply(200, completion(None, refusal="I will not.")))

    assert outcome.text == "I will not."


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(reply(500), ErrorKind.SERVER, id="always 500"),
        pytest.param(reply(429), ErrorKind.RATE_LIMITED, id="always 429"),
        pytest.param(reply(200, completion()[:20]), ErrorKind.MALFORMED, id="truncated JSON"),
        pytest.param(reply(200, b'{"choices": 7}'), ErrorKind.MALFORMED, id="wrong types"),
        pytest.param(reply(200, b"\xff\xfe{}"), ErrorKind.MALFORMED, id="not UTF-8"),
        pytest.param(reply(200, b"[" * 300_000), ErrorKind.MALFORMED, id="deep JSON"),
        pytest.param(faults.huge, ErrorKind.MALFORMED, id="huge body"),
        pytest.param(faults.bomb, ErrorKind.MALFORMED, id="gzip bomb"),
        pytest.param(faults.cut_short, ErrorKind.CONNECTION, id="cut short"),
        pytest.param(faults.reset, ErrorKind.CONNECTION, id="reset"),
        pytest.param(faults.stray, ErrorKind.CONNECTION, id="not HTTP"),
    ],
)
def test_a_passing_failure_is_tried_until_the_attempts_run_out(
    behaviour: Behaviour, kind: ErrorKind
) -> None:
    outcome, server = ask(behaviour, max_attempts=2)

    assert (outcome.status, outcome.error_kind, outcome.n_attempts) == (
        ResponseStatus.ERROR,
        kind,
        2,
    )
    assert server.n_calls == 2
    assert outcome.error_message


@pytest.mark.parametrize("behaviour", [faults.hang, faults.drip], ids=["silence", "slow drip"])
def test_a_server_that_takes_too_long_is_given_up(behaviour: Behaviour) -> None:
    outcome, server = ask(behaviour, max_attempts=2, request_timeout_s=0.15)

    assert (outcome.error_kind, server.n_calls) == (ErrorKind.TIMEOUT, 2)
    assert "0.15 s" in outcome.error_message


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        pytest.param(reply(400), ErrorKind.REJECTED, id="400"),
        pytest.param(reply(401), ErrorKind.UNAUTHORISED, id="401"),
        pytest.param(
            reply(429, b'{"error": {"code": "insufficient_quota"}}'), ErrorKind.QUOTA, id="quota"
        ),
        pytest.param(
            reply(302, headers={"Location": "http://169.254.169.254/latest/meta-data"}),
            ErrorKind.BLOCKED,
            id="redirect to the metadata service",
        ),
    ],
)
def test_a_hopeless_failure_ends_at_once(behaviour: Behaviour, kind: ErrorKind) -> None:
    outcome, server = ask(behaviour)

    assert (outcome.error_kind, outcome.n_attempts, server.n_calls) == (kind, 1, 1)


@pytest.mark.parametrize(
    "first",
    [reply(503), reply(429), reply(200, b"{"), faults.reset],
    ids=["503", "429", "malformed", "reset"],
)
def test_a_failure_that_passes_ends_in_an_answer(first: Behaviour) -> None:
    outcome, _ = ask(then_ok(first, times=2))

    assert (outcome.status, outcome.n_attempts) == (ResponseStatus.ANSWERED, 3)


def test_the_wait_is_what_the_server_asks_for() -> None:
    waits = Waits()

    ask(then_ok(reply(429, headers={"Retry-After": "7"})), waits=waits)

    assert waits.seconds == [7.0]


def test_the_wait_until_a_date_is_kept() -> None:
    waits = Waits()

    ask(then_ok(reply(503, headers={"Retry-After": faults.http_date(50)})), waits=waits)

    assert 40 < waits.seconds[0] <= 50


def test_a_server_that_asks_for_too_long_a_wait_is_given_up() -> None:
    waits = Waits()

    outcome, server = ask(reply(429, headers={"Retry-After": "601"}), waits=waits)

    assert (outcome.error_kind, server.n_calls, waits.seconds) == (ErrorKind.RATE_LIMITED, 1, [])


def test_nul_is_removed_and_counted_while_control_characters_stay() -> None:
    outcome, _ = ask(reply(200, completion("a\x00b\x17c\x00", reasoning="\x00r")))

    assert (outcome.text, outcome.n_nul_removed) == ("ab\x17c", 3)
    assert "\x00" not in outcome.raw_body


def test_a_byte_order_mark_is_no_error() -> None:
    outcome, _ = ask(reply(200, b"\xef\xbb\xbf" + completion("Yes.")))

    assert outcome.text == "Yes."


def test_an_error_in_another_encoding_is_still_read() -> None:
    outcome, _ = ask(reply(400, "<h1>Ungültig</h1>".encode("latin-1")))

    assert outcome.error_message == "HTTP 400: <h1>Ung\ufffdltig</h1>"


def test_the_body_of_a_failure_is_cut() -> None:
    outcome, _ = ask(reply(400, b"x" * 10_000))

    assert len(outcome.raw_body) == 4000


def test_the_key_is_sent_but_kept_out_of_everything_that_is_kept() -> None:
    def echo(handler: faults.Handler, _number: int) -> None:
        key = handler.headers["Authorization"].removeprefix("Bearer ")
        message = {"error": {"message": f"bad key {key}"}}
        send(handler, 401, json.dumps(message).replace("/", "\\/").encode())

    outcome, server = ask(echo, environ={"THE_API_KEY": KEY}, api_key_ref="env:THE_API_KEY")

    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert outcome.error_message == "HTTP 401: bad key [key]"
    assert "secret" not in repr(outcome)


def test_an_answer_that_echoes_the_key_is_scrubbed() -> None:
    body = completion(f"Your key is {KEY}.", reasoning=KEY)

    outcome, _ = ask(reply(200, body), environ={"THE_API_KEY": KEY}, api_key_ref="env:THE_API_KEY")

    assert outcome.text == "Your key is [key]."
    assert "secret" not in repr(outcome)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        pytest.param({"dialect": "smoke_signals"}, UnknownDialect, id="dialect"),
        pytest.param({"api_key_ref": "env:NO_SUCH_API_KEY"}, MissingKey, id="key"),
        pytest.param({"url": "http://10.0.0.1/v1"}, UrlBlocked, id="address"),
        pytest.param(
            {"dialect": "azure_openai", "url": "http://127.0.0.1:9/openai/deployments/other"},
            WrongAddress,
            id="another deployment",
        ),
        pytest.param(
            {"dialect": "gemini", "url": "http://127.0.0.1:9/v1beta/models/other"},
            WrongAddress,
            id="another model",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_before_it_is(
    settings: dict[str, str], error: type[Exception]
) -> None:
    values = {"dialect": "chat_completions", "url": "http://127.0.0.1:9/v1", **settings}

    async def run() -> None:
        async with open_client(
            EndpointSpec("s", "m", **values),  # type: ignore[arg-type]  # texts only
            environ={},
            allowed_hosts=ALLOWED,
        ):
            pass

    with pytest.raises(error):
        asyncio.run(run())


@pytest.mark.parametrize("n_before", [280, 290, 295])
def test_a_quotation_cut_within_the_key_keeps_none_of_it(n_before: int) -> None:
    body = b"x" * n_before + KEY.encode() + b" is wrong"

    outcome, _ = ask(reply(400, body), environ={"THE_API_KEY": KEY}, api_key_ref="env:THE_API_KEY")

    assert KEY[:4] not in outcome.error_message
    assert KEY not in outcome.raw_body


def test_a_body_cut_within_the_key_keeps_none_of_it() -> None:
    body = b"<p>" + b"x" * 3990 + KEY.encode()

    outcome, _ = ask(reply(400, body), environ={"THE_API_KEY": KEY}, api_key_ref="env:THE_API_KEY")

    assert outcome.raw_body.endswith("x[key]")


def test_a_key_hidden_in_escapes_is_found_once_they_are_read() -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in KEY)
    body = b'{"error": {"message": "bad key ' + escaped.encode() + b'"}}'

    outcome, _ = ask(reply(401, body), environ={"THE_API_KEY": KEY}, api_key_ref="env:THE_API_KEY")

    assert outcome.error_message == "HTTP 401: bad key [key]"


def test_a_placeholder_for_a_key_leaves_answers_alone() -> None:
    outcome, server = ask(
        reply(200, completion("I run on ollama.")),
        environ={"THE_API_KEY": "ollama"},
        api_key_ref="env:THE_API_KEY",
    )

    assert server.headers[0]["authorization"] == "Bearer ollama"
    assert outcome.text == "I run on ollama."


@pytest.mark.parametrize("text", ["\x00", "\u200b", " \ufeff\n"], ids=["NUL", "zero width", "mark"])
def test_an_answer_of_which_nothing_shows_is_empty(text: str) -> None:
    outcome, _ = ask(reply(200, completion(text)))

    assert outcome.status is ResponseStatus.EMPTY


def test_each_attempt_counts_towards_the_requests_a_minute() -> None:
    waits = Waits()

    ask(then_ok(reply(503), times=2), waits=waits, requests_per_minute=60)

    # Full jitter at one half: 0.25 s and 0.5 s; in between each attempt waits for its second.
    assert [round(wait_s) for wait_s in sorted(waits.seconds)[2:]] == [1, 2]


@pytest.mark.parametrize(
    ("first", "n_at_once"),
    [pytest.param(reply(429), 8, id="429"), pytest.param(reply(500), 10, id="500")],
)
def test_only_a_429_makes_it_ask_fewer_at_one_time(first: Behaviour, n_at_once: int) -> None:
    async def run(url: str) -> int:
        spec = EndpointSpec("slug", "m", "chat_completions", url, max_concurrency=10)
        timing = Timing(sleep=Waits().sleep)
        async with open_client(spec, environ={}, allowed_hosts=ALLOWED, timing=timing) as client:
            await client.ask(QUESTION)
            return client.n_at_once

    with FaultServer(then_ok(first)) as server:
        assert asyncio.run(run(server.url)) == n_at_once


def test_a_body_of_a_gigabyte_is_cut_off_at_the_limit() -> None:
    outcome, server = ask(faults.endless, max_attempts=1)

    assert (outcome.error_kind, outcome.raw_body) == (ErrorKind.MALFORMED, "")
    assert "larger than 16 MiB" in outcome.error_message
    # What went out beyond the limit lay in the buffers of the two sockets.
    assert server.n_mib_sent < 64


def test_a_request_is_known_by_its_hash_before_it_is_sent() -> None:
    async def run(url: str) -> tuple[str, str]:
        spec = EndpointSpec("slug", "m", "chat_completions", url)
        async with open_client(spec, environ={}, allowed_hosts=ALLOWED) as client:
            before = client.request_sha256(QUESTION)
            return before, (await client.ask(QUESTION)).request_sha256

    with FaultServer(reply(200, completion())) as server:
        before, after = asyncio.run(run(server.url))

    assert before == after


def without_end(n_tokens: int | None, content: str = "Yes.") -> bytes:
    """Return a reply that does not say how it ended."""
    usage = {} if n_tokens is None else {"usage": {"completion_tokens": n_tokens}}
    choice = {"message": {"content": content}, "finish_reason": None}
    return json.dumps({"choices": [choice], **usage}).encode()


@pytest.mark.parametrize(
    ("n_tokens", "status"),
    [(99, ResponseStatus.ANSWERED), (100, ResponseStatus.TRUNCATED)],
    ids=["below the limit", "at the limit"],
)
def test_an_untold_end_is_told_by_the_count_of_tokens(
    n_tokens: int, status: ResponseStatus
) -> None:
    outcome, _ = ask(reply(200, without_end(n_tokens)), parameters={"max_tokens": 100})  # type: ignore[arg-type]  # parameters are a mapping

    assert (outcome.status, outcome.finish_reason) == (status, None)


@pytest.mark.parametrize(
    ("n_tokens", "parameters"),
    [
        pytest.param(None, {"max_tokens": 100}, id="no count"),
        pytest.param(3, {}, id="no limit"),
    ],
)
def test_an_answer_that_may_be_half_of_one_is_none(
    n_tokens: int | None, parameters: dict[str, Json]
) -> None:
    outcome, server = ask(
        reply(200, without_end(n_tokens)),
        parameters=parameters,  # type: ignore[arg-type]  # parameters are a mapping
        max_attempts=5,
    )

    # Tried once: whoever never says how its answers end is paid for each further attempt, too.
    assert (outcome.error_kind, outcome.text, server.n_calls) == (ErrorKind.MALFORMED, "", 1)
    assert "gives no finish_reason" in outcome.error_message


@pytest.mark.parametrize("n_tokens", [0, None], ids=["counted as nothing", "not counted"])
def test_a_model_that_is_still_being_loaded_is_asked_again(n_tokens: int | None) -> None:
    outcome, server = ask(
        then_ok(reply(200, without_end(n_tokens, content=""))),
        parameters={"max_tokens": 100},  # type: ignore[arg-type]  # parameters are a mapping
    )

    assert (outcome.status, server.n_calls) == (ResponseStatus.ANSWERED, 2)


def test_a_model_that_is_never_loaded_ends_as_an_error_that_can_be_retried() -> None:
    outcome, server = ask(
        reply(200, without_end(0, content="")),
        parameters={"max_tokens": 100},  # type: ignore[arg-type]  # parameters are a mapping
        max_attempts=2,
    )

    assert (outcome.error_kind, server.n_calls) == (ErrorKind.MALFORMED, 2)
    assert "gives neither a finish_reason nor any text" in outcome.error_message


def test_a_refusal_needs_no_other_end() -> None:
    choice = {"message": {"content": None, "refusal": "No."}}

    outcome, _ = ask(reply(200, json.dumps({"choices": [choice]}).encode()))

    assert (outcome.status, outcome.text) == (ResponseStatus.REFUSED, "No.")
