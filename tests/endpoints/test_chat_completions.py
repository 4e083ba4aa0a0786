"""Replies of many servers are read alike; unknown shapes are failures that quote them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.chat_completions import ChatCompletions

DIALECT = ChatCompletions()
QUESTION = Question(1, [{"role": "system", "content": "Short."}, {"role": "user", "content": "?"}])


def spec(url: str = "https://h/v1", **parameters: Json) -> EndpointSpec:
    """Return an endpoint's settings."""
    return EndpointSpec("s", "m", "chat_completions", url, parameters=parameters)


def read(value: Json, status: int = 200) -> Reply | Failure:
    """Read ``value`` as a reply."""
    return DIALECT.read(status, json.dumps(value))


def body(message: Json, **more: Json) -> Json:
    """Return a completion around ``message``."""
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("https://h/v1", "https://h/v1/chat/completions"),
        ("https://h/v1/", "https://h/v1/chat/completions"),
        ("https://h", "https://h/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        ("https://h/o?api-version=1", "https://h/o/chat/completions?api-version=1"),
    ],
)
def test_the_path_is_completed(url: str, posted: str) -> None:
    assert DIALECT.url(spec(url)) == posted


def test_the_body_holds_model_messages_and_parameters() -> None:
    assert DIALECT.body(spec(temperature=0.5), QUESTION) == {
        "model": "m",
        "messages": QUESTION.messages,
        "temperature": 0.5,
        "stream": False,
    }


def test_a_seed_goes_before_that_of_the_endpoint() -> None:
    body = DIALECT.body(spec(seed=1), Question(1, QUESTION.messages, seed=7))

    assert body["seed"] == 7


def test_the_key_is_a_bearer_token() -> None:
    assert DIALECT.headers("k") == {"Authorization": "Bearer k"}
    assert DIALECT.headers(None) == {}


def test_an_openai_reply_is_read_whole() -> None:
    reply = read(
        body(
            {"role": "assistant", "content": "Yes.", "refusal": None, "annotations": []},
            model="gpt-x-2026",
            usage={"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
            service_tier="default",
        )
    )

    assert reply == Reply(
        text="Yes.",
        finish_reason="stop",
        model_reported="gpt-x-2026",
        prompt_tokens=9,
        completion_tokens=2,
    )


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"content": "Yes.", "reasoning": "Hm."}, id="vLLM"),
        pytest.param({"content": "Yes.", "reasoning_content": "Hm."}, id="SGLang"),
        pytest.param({"content": "<think>Hm.</think>Yes."}, id="inline"),
        pytest.param(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                    {"type": "text", "text": "Yes."},
                ]
            },
            id="Mistral's parts",
        ),
        pytest.param(
            {"content": [{"type": "reasoning", "reasoning": "Hm."}, {"text": "Yes."}]},
            id="reasoning part",
        ),
    ],
)
def test_reasoning_is_told_from_the_answer(message: Json) -> None:
    reply = read(body(message))

    assert isinstance(reply, Reply)
    assert (reply.text, reply.reasoning) == ("Yes.", "Hm.")


def test_reasoning_from_two_places_is_kept() -> None:
    reply = read(body({"content": "<think>B</think>Yes.", "reasoning": "A"}))

    assert isinstance(reply, Reply)
    assert reply.reasoning == "A\nB"


def test_parts_are_joined_and_other_kinds_passed_over() -> None:
    parts: Json = [{"type": "text", "text": "A"}, {"type": "image_url"}, {"text": "B"}]

    reply = read(body({"content": parts}))

    assert isinstance(reply, Reply)
    assert reply.text == "AB"


def test_a_refusal_part_is_a_refusal() -> None:
    reply = read(body({"content": [{"type": "refusal", "refusal": "No."}]}))

    assert isinstance(reply, Reply)
    assert reply.refusal == "No."


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        {},
        {"prompt_tokens": "9", "completion_tokens": -1},
        {"prompt_tokens": True, "completion_tokens": 2**31},
    ],
    ids=["null", "list", "empty", "wrong types", "out of range"],
)
def test_missing_or_odd_usage_is_unknown(usage: Json) -> None:
    reply = read(body({"content": "Yes."}, usage=usage))

    assert isinstance(reply, Reply)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


def test_the_first_of_several_choices_counts() -> None:
    choices: Json = [{"message": {"content": "A"}}, {"message": {"content": "B"}}]

    reply = read({"choices": choices})

    assert isinstance(reply, Reply)
    assert (reply.text, reply.finish_reason) == ("A", None)


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_an_answer_the_server_broke_off_is_tried_again(reason: str) -> None:
    failure = read({"choices": [{"message": {"content": "Ye"}, "finish_reason": reason}]})

    assert isinstance(failure, Failure)
    assert (failure.kind, failure.is_hopeless) == (ErrorKind.SERVER, False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {},
        {"choices": []},
        {"choices": {}},
        {"choices": [None]},
        {"choices": [{"message": "hi"}]},
        {"choices": [{"message": {"content": 7}}]},
        {"choices": [{"message": {"content": ["hi"]}}]},
    ],
    ids=str,
)
def test_an_unknown_shape_is_malformed_and_quoted(value: Json) -> None:
    failure = read(value)

    assert isinstance(failure, Failure)
    assert failure.kind is ErrorKind.MALFORMED
    assert json.dumps(value) in failure.message


def test_a_stream_that_was_not_asked_for_is_quoted() -> None:
    failure = DIALECT.read(200, 'data: {"choices": []}\n\n' + "x" * 400)

    assert isinstance(failure, Failure)
    assert failure.message.startswith('The reply is not JSON: data: {"choices": []} xx')
    assert len(failure.message) < 340


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param({"message": "m", "code": 429}, ErrorKind.RATE_LIMITED, id="number"),
        pytest.param({"message": "m", "code": "401"}, ErrorKind.UNAUTHORISED, id="text"),
        pytest.param({"message": "m", "code": "odd"}, ErrorKind.SERVER, id="word"),
        pytest.param("down", ErrorKind.SERVER, id="no object"),
    ],
)
def test_an_error_under_status_200_is_an_error(error: Json, kind: ErrorKind) -> None:
    failure = read({"error": error})

    assert isinstance(failure, Failure)
    assert failure.kind is kind


@pytest.mark.parametrize(
    "error",
    ["quota exhausted", {"message": "quota exhausted", "code": 429}],
    ids=["a text", "with a status"],
)
def test_an_error_under_status_200_is_told_under_the_status_that_came(error: Json) -> None:
    failure = read({"error": error})

    assert isinstance(failure, Failure)
    assert failure.message == "An error under HTTP 200: quota exhausted"


def test_a_filter_under_status_200_is_a_refusal() -> None:
    found = read({"error": {"message": "no", "code": "content_filter", "type": "400"}})

    assert isinstance(found, Reply)
    assert (found.refusal, found.finish_reason) == ("no", "content_filter")


def test_an_error_page_is_quoted() -> None:
    failure = DIALECT.read(502, "<html><h1>Bad gateway</h1></html>")

    assert failure == Failure(ErrorKind.SERVER, "HTTP 502: <html><h1>Bad gateway</h1></html>")


JSONS: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "error", "usage", "finish_reason"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSONS, st.sampled_from([200, 400, 500]))
def test_no_json_makes_the_reader_raise(value: Json, status: int) -> None:
    assert isinstance(read(value, status), Reply | Failure)
