"""Requests and replies of generateContent are as Google documents them."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import status_of
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.endpoints.gemini import Gemini
from tests.endpoints.reading import QUESTION, failure_of, jsons, read, reply_of, spec

DIALECT = Gemini()
GOOGLE = "type.googleapis.com/google.rpc."


def candidate(*parts: Json, reason: str | None = "STOP", **more: Json) -> dict[str, Json]:
    """Return a reply of one candidate as the documentation shows it."""
    one: dict[str, Json] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if reason is not None:
        one["finishReason"] = reason
    return {
        "candidates": [one],
        "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 6},
        "modelVersion": "some-model-001",
        "responseId": "r",
        **more,
    }


@pytest.mark.parametrize(
    ("url", "model", "posted"),
    [
        ("https://h", "m-1", "https://h/v1beta/models/m-1:generateContent"),
        ("https://h/v1beta/", "m-1", "https://h/v1beta/models/m-1:generateContent"),
        ("https://h/v1", "models/m-1", "https://h/v1/models/m-1:generateContent"),
        ("https://h", "tunedModels/x y", "https://h/v1beta/tunedModels/x%20y:generateContent"),
        (
            "https://h/v1/projects/p/locations/l/publishers/google",
            "m-1",
            "https://h/v1/projects/p/locations/l/publishers/google/models/m-1:generateContent",
        ),
        ("https://h/x/m-1:generateContent", "m-1", "https://h/x/m-1:generateContent"),
        ("https://h/v1beta/models", "m-1", "https://h/v1beta/models/m-1:generateContent"),
        ("https://h/v1beta/models/m-1/", "m-1", "https://h/v1beta/models/m-1:generateContent"),
        (
            "https://h/v1beta/models/m-1:generateContent/?x=1",
            "m-1",
            "https://h/v1beta/models/m-1:generateContent?x=1",
        ),
        ("https://h/v1?x=1", "m-1", "https://h/v1/models/m-1:generateContent?x=1"),
        ("https://h/v1/endpoints/7", "endpoints/7", "https://h/v1/endpoints/7:generateContent"),
    ],
)
def test_the_model_is_part_of_the_address(url: str, model: str, posted: str) -> None:
    assert DIALECT.url(spec(url, model)) == posted
    assert DIALECT.address_problem(url, model) == ""


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1beta/models/other:generateContent", "other"),
        ("/v1beta/models/other", "other"),
        ("/x/other:generateContent?x=1", "other"),
        ("/v1beta/models/m-1:streamGenerateContent", "m-1:streamGenerateContent"),
    ],
)
def test_an_address_that_names_another_model_is_a_problem(path: str, named: str) -> None:
    problem = DIALECT.address_problem(f"https://h{path}", "models/m-1")

    assert problem.startswith(f"names {named!r}, but the model is 'models/m-1'; give the address")


def test_the_key_is_no_part_of_the_address() -> None:
    assert DIALECT.headers("k") == {"x-goog-api-key": "k"}
    assert DIALECT.headers(None) == {}


def test_messages_and_parameters_stand_where_google_wants_them() -> None:
    safety: Json = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]

    body = DIALECT.body(spec(temperature=0.5, safetySettings=safety), QUESTION)

    assert body == {
        "systemInstruction": {"parts": [{"text": "Short."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Fever?"}]},
            {"role": "model", "parts": [{"text": "A raised temperature."}]},
            {"role": "user", "parts": [{"text": "How high?"}]},
        ],
        "generationConfig": {"temperature": 0.5},
        "safetySettings": safety,
    }


def test_a_bare_prompt_is_sent_bare() -> None:
    body = DIALECT.body(spec(), Question(1, [{"role": "user", "content": "?"}]))

    assert body == {"contents": [{"role": "user", "parts": [{"text": "?"}]}]}


def test_a_seed_goes_with_the_parameters() -> None:
    body = DIALECT.body(spec(seed=1), Question(1, QUESTION.messages, seed=7))

    assert body["generationConfig"] == {"seed": 7}


def test_a_candidate_is_read_whole() -> None:
    reply = reply_of(DIALECT, candidate({"text": "39 "}, {"text": "°C.", "thoughtSignature": "x"}))

    assert reply == Reply(
        text="39 °C.",
        finish_reason="STOP",
        model_reported="some-model-001",
        prompt_tokens=4,
        completion_tokens=6,
    )


def test_thoughts_are_told_from_the_answer_and_counted_with_it() -> None:
    usage: Json = {"promptTokenCount": 4, "candidatesTokenCount": 6, "thoughtsTokenCount": 30}
    value = candidate({"text": "Hm.", "thought": True}, {"text": "39."}, usageMetadata=usage)

    reply = reply_of(DIALECT, value)

    assert (reply.text, reply.reasoning, reply.completion_tokens) == ("39.", "Hm.", 36)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("STOP", ResponseStatus.ANSWERED),
        ("MAX_TOKENS", ResponseStatus.TRUNCATED),
        ("SAFETY", ResponseStatus.REFUSED),
        ("RECITATION", ResponseStatus.REFUSED),
        ("LANGUAGE", ResponseStatus.REFUSED),
        ("BLOCKLIST", ResponseStatus.REFUSED),
        ("PROHIBITED_CONTENT", ResponseStatus.REFUSED),
        ("SPII", ResponseStatus.REFUSED),
        ("IMAGE_SAFETY", ResponseStatus.REFUSED),
        ("MODEL_ARMOR", ResponseStatus.REFUSED),
    ],
)
def test_the_reason_to_finish_says_what_it_is(reason: str, status: ResponseStatus) -> None:
    assert status_of(reply_of(DIALECT, candidate({"text": "3"}, reason=reason))) is status


@pytest.mark.parametrize(
    "content", [None, {}, {"role": "model"}], ids=["none", "empty", "no parts"]
)
def test_a_limit_spent_on_thoughts_leaves_no_parts(content: Json) -> None:
    one: dict[str, Json] = {"finishReason": "MAX_TOKENS", "index": 0}
    if content is not None:
        one["content"] = content

    assert status_of(reply_of(DIALECT, {"candidates": [one]})) is ResponseStatus.TRUNCATED


def test_a_blocked_prompt_is_a_refusal_with_its_reason() -> None:
    feedback: Json = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": []}

    reply = reply_of(DIALECT, {"promptFeedback": feedback, "modelVersion": "v"})

    assert reply.refusal == "The prompt was blocked (PROHIBITED_CONTENT)."
    assert (reply.model_reported, status_of(reply)) == ("v", ResponseStatus.REFUSED)


@pytest.mark.parametrize("reason", ["OTHER", "MALFORMED_FUNCTION_CALL"])
def test_an_end_that_says_nothing_is_tried_again(reason: str) -> None:
    failure = failure_of(DIALECT, candidate({"text": "39"}, reason=reason))

    assert (failure.kind, failure.is_hopeless) == (ErrorKind.SERVER, False)
    assert reason in failure.message


@pytest.mark.parametrize(
    "reason", [None, "MALFORMED_RESPONSE", "TOO_MANY_TOOL_CALLS", "A_NEW_END"], ids=str
)
def test_half_an_answer_is_malformed_and_not_judged(reason: str | None) -> None:
    failure = failure_of(DIALECT, candidate({"text": "Half of an"}, reason=reason))

    assert failure.kind is ErrorKind.MALFORMED
    assert f"finishReason {str(reason)!r}" in failure.message
    assert "Half of an" in failure.message


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"candidates": []}, id="no candidate"),
        pytest.param({"candidates": [7]}, id="number"),
        pytest.param({"candidates": [{"index": 0}]}, id="neither parts nor reason"),
        pytest.param({"candidates": [{"content": {"parts": "39"}}]}, id="text"),
        pytest.param(candidate({"functionCall": {}}), id="tool"),
    ],
)
def test_an_unknown_shape_is_malformed_and_quoted(value: Json) -> None:
    failure = failure_of(DIALECT, value)

    assert failure.kind is ErrorKind.MALFORMED
    assert json.dumps(value)[:100] in failure.message


def error(status: str, *details: Json) -> Json:
    """Return an error as Google sends it."""
    return {"error": {"code": 429, "message": "Why.", "status": status, "details": list(details)}}


def test_the_wait_stands_in_the_details() -> None:
    retry: Json = {"@type": f"{GOOGLE}RetryInfo", "retryDelay": "34.07s"}

    failure = failure_of(DIALECT, error("RESOURCE_EXHAUSTED", retry), 429)

    assert (failure.kind, failure.wait_s) == (ErrorKind.RATE_LIMITED, 34.07)


@pytest.mark.parametrize(
    ("detail", "status", "kind"),
    [
        pytest.param(
            {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
            429,
            ErrorKind.QUOTA,
            id="the day is used up",
        ),
        pytest.param(
            {"violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]},
            429,
            ErrorKind.RATE_LIMITED,
            id="the minute is",
        ),
        pytest.param(
            {"reason": "API_KEY_INVALID"}, 400, ErrorKind.UNAUTHORISED, id="the key is wrong"
        ),
        pytest.param({"retryDelay": "soon"}, 503, ErrorKind.SERVER, id="odd"),
    ],
)
def test_the_details_tell_what_the_status_does_not(
    detail: Json, status: int, kind: ErrorKind
) -> None:
    failure = failure_of(DIALECT, error("X", detail), status)

    assert (failure.kind, failure.wait_s) == (kind, None)


def test_a_filter_of_a_gateway_stays_a_refusal() -> None:
    found = read(DIALECT, {"error": {"code": "content_filter", "message": "Filtered."}}, 400)

    assert isinstance(found, Reply)


@example({"candidates": [{"finishReason": [], "content": {"parts": []}}]}, 200)
@example({"candidates": [{"finishReason": {}}]}, 200)
@example({"promptFeedback": {"blockReason": []}}, 200)
@example({"error": {"details": [{"reason": [], "retryDelay": {}}]}}, 400)
@given(
    jsons("candidates", "content", "parts", "text", "finishReason", "details", "promptFeedback"),
    st.sampled_from([200, 400, 500]),
)
def test_no_json_makes_the_reader_raise(value: Json, status: int) -> None:
    assert isinstance(read(DIALECT, value, status), Reply | Failure)
