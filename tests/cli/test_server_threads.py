"""A request that broke is answered by us where it is the sender's fault, and by nobody who left."""

import logging
import os
import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import LimitRequestLine

from evalhub.cli.server_threads import Threads

TOO_LONG = LimitRequestLine(9000, 4094)
ADDRESS = ("127.0.0.1", 9)


@pytest.fixture
def threads() -> Iterator[Threads]:
    """Give a worker that serves nobody."""
    config = Config()
    worker = Threads(1, os.getpid(), [], None, 30, config, logging.getLogger("threads"))  # type: ignore[no-untyped-call]  # gunicorn ships no types
    yield worker
    worker.tmp.close()


def answer_to(threads: Threads, error: Exception) -> str:
    """Return what whoever sent the request reads."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threads.handle_error(None, ours, ADDRESS, error)
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: theirs.recv(65536), b"")).decode()


def test_a_senders_fault_is_answered_in_our_words(threads: Threads) -> None:
    answer = answer_to(threads, TOO_LONG)

    head, _, page = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 414 ")
    assert f"Content-Length: {len(page.encode())}" in head
    assert "This address is too long" in page


def test_any_other_fault_is_left_to_the_server(
    threads: Threads, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answer_to(threads, ZeroDivisionError("division by zero"))

    assert answer.startswith("HTTP/1.1 500 ")
    assert "division" not in answer
    assert "Error handling request" in caplog.text


def test_who_has_left_is_answered_by_nobody(threads: Threads) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()

    with ours:
        threads.handle_error(None, ours, ADDRESS, TOO_LONG)
