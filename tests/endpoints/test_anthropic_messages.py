"""Messages are written and read as Anthropic documents them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import status_of
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.anthropic_messages import AnthropicMessages
from tests.endpoints.reading import QUESTION, failure_of, jsons, read, reply_of, spec

DIALECT = AnthropicMessages()
TEXT: Json = {"type": "text", "text": "39 °C."}


def message(*parts: Json, **more: Json) -> dict[str, Json]:
    """Return a message as the documentation shows it."""
    return {
        "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
        "type": "message",
        "role": "assistant",
        "model": "some-model-2026",
        "content": list(parts),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
        **more,
    }


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("https://h", "https://h/v1/messages"),
        ("https://h/", "https://h/v1/messages"),
        ("https://h/v1", "https://h/v1/messages"),
        ("https://h/v1/messages", "https://h/v1/messages"),
        ("https://h/proxy/v1/", "https://h/proxy/v1/messages"),
    ],
)
def test_the_path_is_completed(url: str, posted: str) -> None:
    assert DIALECT.url(spec(url)) == posted


def test_the_key_and_the_version_have_headers_of_their_own() -> None:
    version = {"anthropic-version": "2023-06-01"}

    assert DIALECT.headers("k") == version | {"x-api-key": "k"}
    assert DIALECT.headers(None) == version


def test_the_system_message_stands_beside_the_turns() -> None:
    assert DIALECT.body(spec(max_tokens=99), QUESTION) == {
        "model": "m",
        "system": "Short.",
        "messages": list(QUESTION.messages[1:]),
        "max_tokens": 99,
        "stream": False,
    }


def test_without_a_system_message_none_is_sent() -> None:
    assert "system" not in DIALECT.body(spec(), Question(1, QUESTION.messages[1:], seed=7))


def test_a_message_is_read_whole() -> None:
    reply = reply_of(DIALECT, message(TEXT))

    assert reply == Reply(
        text="39 °C.",
        finish_reason="end_turn",
        model_reported="some-model-2026",
        prompt_tokens=10,
        completion_tokens=5,
    )


def test_thinking_is_told_from_the_answer() -> None:
    thinking: Json = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
    hidden: Json = {"type": "redacted_thinking", "data": "EmwK"}

    reply = reply_of(DIALECT, message(thinking, hidden, TEXT))

    assert (reply.text, reply.reasoning) == ("39 °C.", "Hm.")


def test_what_was_read_from_a_cache_counts_as_prompt() -> None:
    usage: Json = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 100,
        "output_tokens": 5,
    }

    assert reply_of(DIALECT, message(TEXT, usage=usage)).prompt_tokens == 123


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("end_turn", ResponseStatus.ANSWERED),
        ("stop_sequence", ResponseStatus.ANSWERED),
        ("max_tokens", ResponseStatus.TRUNCATED),
        ("model_context_window_exceeded", ResponseStatus.TRUNCATED),
        ("refusal", ResponseStatus.REFUSED),
    ],
)
def test_the_reason_to_stop_says_what_it_is(reason: str, status: ResponseStatus) -> None:
    assert status_of(reply_of(DIALECT, message(TEXT, stop_reason=reason))) is status


def test_a_message_without_parts_is_empty() -> None:
    assert status_of(reply_of(DIALECT, message())) is ResponseStatus.EMPTY


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param([], "is not a JSON object", id="list"),
        pytest.param({}, "has no list of content parts", id="empty"),
        pytest.param({"content": "39"}, "has no list of content parts", id="text"),
        pytest.param({"content": ["39"]}, "has no list of content parts", id="texts"),
        pytest.param({"content": [{"type": "audio"}]}, "of the unknown kind 'audio'", id="kind"),
        pytest.param({"content": [{"type": ["text"]}]}, "kind \"['text']\"", id="kinds"),
        pytest.param(message(TEXT, stop_reason=None), "stop_reason 'None'", id="broken off"),
        pytest.param(message(TEXT, stop_reason=["end_turn"]), "no known end", id="reasons"),
        pytest.param(message(TEXT, stop_reason="new_end"), "stop_reason 'new_end'", id="new"),
        pytest.param(message(TEXT, stop_reason="tool_use"), "stops for a tool", id="tool"),
        pytest.param(message(TEXT, stop_reason="pause_turn"), "stops for a tool", id="pause"),
    ],
)
def test_an_unknown_shape_is_malformed_and_quoted(value: Json, rule: str) -> None:
    failure = failure_of(DIALECT, value)

    assert failure.kind is ErrorKind.MALFORMED
    assert rule in failure.message
    assert ": [" in failure.message or ": {" in failure.message


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", ErrorKind.REJECTED),
        (401, "authentication_error", ErrorKind.UNAUTHORISED),
        (402, "billing_error", ErrorKind.QUOTA),
        (403, "permission_error", ErrorKind.UNAUTHORISED),
        (404, "not_found_error", ErrorKind.REJECTED),
        (413, "request_too_large", ErrorKind.REJECTED),
        (429, "rate_limit_error", ErrorKind.RATE_LIMITED),
        (500, "api_error", ErrorKind.SERVER),
        (529, "overloaded_error", ErrorKind.SERVER),
    ],
)
def test_errors_are_read(status: int, kind: str, expected: ErrorKind) -> None:
    body: Json = {"type": "error", "error": {"type": kind, "message": "Why."}, "request_id": "r"}

    failure = failure_of(DIALECT, body, status)

    assert (failure.kind, failure.message) == (expected, f"HTTP {status}: Why.")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("overloaded_error", ErrorKind.SERVER), ("rate_limit_error", ErrorKind.RATE_LIMITED)],
)
def test_an_error_under_status_200_keeps_its_kind(kind: str, expected: ErrorKind) -> None:
    body: Json = {"type": "error", "error": {"type": kind, "message": "Busy"}}

    assert failure_of(DIALECT, body).kind is expected


def test_an_empty_account_is_a_used_up_quota() -> None:
    error: Json = {
        "type": "invalid_request_error",
        "message": "Your credit balance is too low to access the API.",
    }

    failure = failure_of(DIALECT, {"type": "error", "error": error}, 400)

    assert (failure.kind, failure.is_hopeless) == (ErrorKind.QUOTA, True)


def test_a_filter_of_a_gateway_stays_a_refusal() -> None:
    found = read(DIALECT, {"error": {"code": "content_filter", "message": "Filtered."}}, 400)

    assert isinstance(found, Reply)
    assert found.refusal == "Filtered."


@example({"content": [{"type": []}]}, 200)
@example({"content": [{"type": {}}]}, 200)
@example({"content": [], "stop_reason": ["end_turn"]}, 200)
@example({"error": {"type": [], "code": {}}}, 200)
@given(
    jsons("content", "type", "text", "thinking", "stop_reason", "usage", "input_tokens"),
    st.sampled_from([200, 400, 500]),
)
def test_no_json_makes_the_reader_raise(value: Json, status: int) -> None:
    assert isinstance(read(DIALECT, value, status), Reply | Failure)
