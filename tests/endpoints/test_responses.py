"""Responses are written and read as OpenAI documents them."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import status_of
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.responses import Responses
from tests.endpoints.reading import QUESTION, failure_of, jsons, read, reply_of, spec

DIALECT = Responses()


def said(text: str = "39 °C.") -> dict[str, Json]:
    """Return the item of a message."""
    part: Json = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}


def response(*items: Json, **more: Json) -> dict[str, Json]:
    """Return a response as the documentation shows it."""
    return {
        "id": "resp_67ccd3a9",
        "object": "response",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "some-model-2026",
        "output": list(items),
        "usage": {"input_tokens": 36, "output_tokens": 87, "total_tokens": 123},
        **more,
    }


@pytest.mark.parametrize("url", ["https://h/v1", "https://h/v1/", "https://h/v1/responses"])
def test_the_path_is_completed(url: str) -> None:
    assert DIALECT.url(spec(url)) == "https://h/v1/responses"


def test_nothing_is_kept_at_the_provider() -> None:
    body = DIALECT.body(spec(max_output_tokens=99, store=True), QUESTION)

    assert body == {
        "model": "m",
        "input": list(QUESTION.messages),
        "max_output_tokens": 99,
        "store": False,
        "stream": False,
    }


def test_the_key_is_a_bearer_token() -> None:
    assert DIALECT.headers("k") == {"Authorization": "Bearer k"}
    assert DIALECT.headers(None) == {}


def test_a_response_is_read_whole() -> None:
    reply = reply_of(DIALECT, response(said("39 "), said("°C.")))

    assert reply == Reply(
        text="39 °C.",
        finish_reason="completed",
        model_reported="some-model-2026",
        prompt_tokens=36,
        completion_tokens=87,
    )


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            id="summary",
        ),
        pytest.param(
            {
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": "H"}],
                "content": [{"type": "reasoning_text", "text": "Hm."}],
            },
            id="whole",
        ),
    ],
)
def test_reasoning_is_told_from_the_answer(item: Json) -> None:
    reply = reply_of(DIALECT, response(item, said()))

    assert (reply.text, reply.reasoning) == ("39 °C.", "Hm.")


def test_reasoning_that_is_kept_back_is_none() -> None:
    hidden: Json = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gA"}

    assert reply_of(DIALECT, response(hidden, said("<think>A</think>B"))).reasoning == "A"


def test_a_refusal_is_told_from_the_answer() -> None:
    part: Json = {"type": "refusal", "refusal": "I will not."}

    reply = reply_of(DIALECT, response({"type": "message", "content": [part]}))

    assert (reply.refusal, status_of(reply)) == ("I will not.", ResponseStatus.REFUSED)


@pytest.mark.parametrize(
    ("details", "status"),
    [
        ({"reason": "max_output_tokens"}, ResponseStatus.TRUNCATED),
        ({"reason": "content_filter"}, ResponseStatus.REFUSED),
        (None, ResponseStatus.TRUNCATED),
    ],
    ids=["length", "filter", "no reason"],
)
def test_what_is_incomplete_is_no_answer(details: Json, status: ResponseStatus) -> None:
    value = response(said(), status="incomplete", incomplete_details=details)

    assert status_of(reply_of(DIALECT, value)) is status


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("server_error", ErrorKind.SERVER),
        ("rate_limit_exceeded", ErrorKind.RATE_LIMITED),
        ("invalid_prompt", ErrorKind.REJECTED),
    ],
)
def test_a_failed_response_says_why(code: str, kind: ErrorKind) -> None:
    value = response(status="failed", error={"code": code, "message": "Why."})

    failure = failure_of(DIALECT, value)

    assert (failure.kind, failure.message.endswith("Why.")) == (kind, True)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_response_that_was_broken_off_is_tried_again(status: str) -> None:
    failure = failure_of(DIALECT, response(said(), status=status))

    assert (failure.kind, failure.is_hopeless) == (ErrorKind.SERVER, False)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param(response(said(), status="in_progress"), id="not ended"),
        pytest.param(response(said(), status=7), id="odd status"),
        pytest.param(response(said(), status=["completed"]), id="list of statuses"),
        pytest.param(response(said(), status=None), id="no status"),
        pytest.param(response({"type": ["message"], "content": []}), id="list of types"),
        pytest.param(response(output="39"), id="text"),
        pytest.param(response("39"), id="texts"),
        pytest.param(response({"type": "function_call"}), id="tool"),
        pytest.param(response({"type": "message", "content": "39"}), id="content"),
    ],
)
def test_an_unknown_shape_is_malformed_and_quoted(value: Json) -> None:
    failure = failure_of(DIALECT, value)

    assert failure.kind is ErrorKind.MALFORMED
    assert json.dumps(value)[:100] in failure.message


def test_a_stream_that_was_not_asked_for_is_read_by_its_last_event() -> None:
    events: list[dict[str, Json]] = [
        {"type": "response.created", "response": response(status="in_progress")},
        {"type": "response.output_text.delta", "delta": "39"},
        {"type": "response.completed", "response": response(said())},
    ]
    body = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)

    found = DIALECT.read(200, body + "data: [DONE]\n\n")

    assert isinstance(found, Reply)
    assert found.text == "39 °C."


def test_an_event_of_no_known_type_is_passed_over() -> None:
    found = DIALECT.read(200, 'data: {"type": ["response.completed"]}\n\n')

    assert isinstance(found, Failure)
    assert found.kind is ErrorKind.MALFORMED


def test_a_stream_that_broke_off_is_quoted() -> None:
    found = DIALECT.read(200, 'data: {"type": "response.created"}\n\nevent: x\ndata: {"type":')

    assert isinstance(found, Failure)
    assert found.message.startswith("The reply is not JSON: data:")


@example({"status": []}, 200)
@example({"status": {}}, 200)
@example({"output": [{"type": ["message"]}]}, 200)
@example({"output": [{"type": {}}]}, 200)
@example({"status": "incomplete", "output": [], "incomplete_details": {"reason": []}}, 200)
@given(
    jsons("status", "output", "type", "content", "text", "message", "reasoning", "summary"),
    st.sampled_from([200, 400, 500]),
)
def test_no_json_makes_the_reader_raise(value: Json, status: int) -> None:
    assert isinstance(read(DIALECT, value, status), Reply | Failure)
