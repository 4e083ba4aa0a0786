"""Errors of every shape become a kind and a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.failures import QUOTED, quoted, read_failure
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.responses import ErrorKind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ErrorKind.REJECTED),
        (401, ErrorKind.UNAUTHORISED),
        (402, ErrorKind.QUOTA),
        (403, ErrorKind.UNAUTHORISED),
        (404, ErrorKind.REJECTED),
        (408, ErrorKind.TIMEOUT),
        (413, ErrorKind.REJECTED),
        (422, ErrorKind.REJECTED),
        (424, ErrorKind.SERVER),
        (429, ErrorKind.RATE_LIMITED),
        (500, ErrorKind.SERVER),
        (529, ErrorKind.SERVER),
    ],
)
def test_the_status_gives_the_kind(status: int, kind: ErrorKind) -> None:
    assert read_failure(status, {}) == Failure(kind, f"HTTP {status}: {{}}")


@pytest.mark.parametrize("status", [300, 302, 399])
def test_a_redirect_is_told_as_one_that_is_not_followed(status: int) -> None:
    told = f"HTTP {status} (redirects are not followed): Found"

    assert read_failure(status, "Found") == Failure(ErrorKind.BLOCKED, told)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"error": {"message": "Too long", "code": 400}}, "Too long", id="openai"),
        pytest.param({"error": "Too long"}, "Too long", id="text under error"),
        pytest.param({"detail": "Unexpected fields"}, "Unexpected fields", id="detail"),
        pytest.param({"detail": [{"msg": "x"}]}, "[{'msg': 'x'}]", id="list under detail"),
        pytest.param("<html>\n<b>Bad gateway</b>", "<html> <b>Bad gateway</b>", id="html"),
        pytest.param("", "(empty body)", id="empty"),
        pytest.param([1], "[1]", id="list"),
        pytest.param(None, "None", id="null"),
    ],
)
def test_the_message_is_found_in_any_shape(body: Json, message: str) -> None:
    failure = read_failure(422, body)

    assert isinstance(failure, Failure)
    assert failure.message == f"HTTP 422: {message}"


@pytest.mark.parametrize("field", ["code", "type"])
def test_used_up_quota_is_not_a_rate_limit(field: str) -> None:
    failure = read_failure(429, {"error": {"message": "m", field: "insufficient_quota"}})

    assert isinstance(failure, Failure)
    assert (failure.kind, failure.is_hopeless) == (ErrorKind.QUOTA, True)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Filtered.", "code": "content_filter"},
        {
            "message": "Filtered.",
            "code": "BadRequest",
            "innererror": {"code": "ResponsibleAIPolicyViolation"},
        },
    ],
    ids=["code", "inner error"],
)
def test_a_content_filter_is_a_refusal(error: dict[str, Json]) -> None:
    reply = read_failure(400, {"error": error})

    assert reply == Reply(text="", refusal="Filtered.", finish_reason="content_filter")


def test_an_inner_error_of_another_kind_is_a_failure() -> None:
    failure = read_failure(400, {"error": {"message": "m", "innererror": {"code": "Other"}}})

    assert isinstance(failure, Failure)


def test_a_server_error_stays_an_error_whatever_its_code() -> None:
    assert isinstance(read_failure(500, {"error": {"code": "content_filter"}}), Failure)


def test_a_long_body_is_cut() -> None:
    assert quoted("x" * 400) == "x" * 300 + "…"


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "detail", "message", "code", "type", "innererror", "x"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.integers(300, 599), BODIES)
def test_any_error_body_becomes_a_short_message(status: int, body: Json) -> None:
    found = read_failure(status, body)

    message = found.message if isinstance(found, Failure) else found.refusal
    assert len(message) <= QUOTED + len("HTTP 300 (redirects are not followed): …")
    assert "\n" not in message


@given(st.integers(500, 599), st.sampled_from(["content_filter", "content_policy_violation"]))
def test_a_filter_that_broke_is_a_failure_to_try_again(status: int, code: str) -> None:
    found = read_failure(status, {"error": {"code": code, "message": "Oops."}})

    assert isinstance(found, Failure)
    assert not found.is_hopeless
