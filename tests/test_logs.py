"""Logs: one JSON object a line, with the request's id, without secrets."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from evalhub.logs import HIDDEN, configure_logs, hide_secrets, start_request


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Give what is logged, and put logging back afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    structlog.contextvars.clear_contextvars()
    configure_logs("info", stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_own_lines_are_json(stream: io.StringIO) -> None:
    structlog.get_logger("evalhub.pulls").info("pull done", n_responses=3)

    [line] = lines(stream)
    assert line.pop("at")
    assert line == {
        "event": "pull done",
        "level": "info",
        "logger": "evalhub.pulls",
        "n_responses": 3,
    }


def test_lines_of_libraries_read_the_same(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("slow: %s s", 3)

    [line] = lines(stream)
    assert (line["event"], line["level"], line["logger"]) == (
        "slow: 3 s",
        "warning",
        "some.library",
    )


def test_a_request_marks_its_lines(stream: io.StringIO) -> None:
    start_request("abc")
    logging.getLogger("x").info("one")
    start_request("def")
    structlog.get_logger("y").info("two")

    assert [line["request_id"] for line in lines(stream)] == ["abc", "def"]


def test_the_level_is_kept(stream: io.StringIO) -> None:
    logging.getLogger("x").debug("not asked for")

    assert lines(stream) == []


def test_an_error_comes_with_its_trace_on_one_line(stream: io.StringIO) -> None:
    try:
        int("evh_0123456789abcdef")
    except ValueError:
        logging.getLogger("x").exception("failed")

    [line] = lines(stream)
    assert "ValueError" in str(line["exception"])
    assert "evh_0123456789abcdef" not in stream.getvalue()


def test_logs_go_to_standard_error_by_default(stream: io.StringIO) -> None:
    configure_logs("warning")

    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("password", "new_password", "secret_key", "api_key", "Authorization", "csrf_token"),
        *("X-Api-Key", "Set-Cookie", "proxy-authorization"),
    ],
)
def test_what_is_named_a_secret_is_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "abc"}) == {name: HIDDEN}


@pytest.mark.parametrize(
    "text",
    [
        "GET /invitations/abcdefghijklmnop",
        "key evh_abcdefghijklmnop",
        "Authorization: Bearer abcdefghijklmnop",
        "sk-abcdefghijklmnop",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    shown = hide_secrets(None, "info", {"event": text, "deep": [{"a": (text,)}], "n_tokens": 7})

    assert "abcdefghijklmnop" not in str(shown)
    assert HIDDEN in str(shown["event"])
    assert shown["n_tokens"] == 7


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://hub:s3cret-pw@db:5432/hub",
        "http://:s3cret-pw@proxy",
        "a://u:s3cret-pw@h",
    ],
)
def test_the_password_of_an_address_is_hidden_and_its_place_is_not(address: str) -> None:
    shown = str(hide_secrets(None, "info", {"event": f"cannot reach {address} (timeout)"}))

    assert "s3cret-pw" not in shown
    assert address.partition("@")[2] in shown


@pytest.mark.parametrize(
    "text", ["https://example.org/a:b@c", "see https://example.org: mail ada@example.org"]
)
def test_an_address_without_a_password_stays(text: str) -> None:
    assert hide_secrets(None, "info", {"event": text}) == {"event": text}


def test_numbers_and_other_values_stay() -> None:
    event = {"n": 1, "when": None, "path": "/projects/a"}

    assert hide_secrets(None, "info", dict(event)) == event
