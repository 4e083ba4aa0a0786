"""A server that misbehaves in every way a real one can."""

import gzip
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from evalhub.core.canonical import Json

Behaviour = Callable[["Handler", int], None]


def completion(content: Json = "Yes.", *, finish_reason: str = "stop", **message: Json) -> bytes:
    """Return the body of a good reply."""
    choice = {"message": {"content": content, **message}, "finish_reason": finish_reason}
    return json.dumps({"model": "m", "choices": [choice]}).encode()


def send(
    handler: "Handler",
    status: int,
    body: bytes = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> None:
    """Send one reply; ``length`` lies about its length."""
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def reply(
    status: int, body: bytes = b"{}", *, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Answer every call alike."""
    return lambda handler, _number: send(handler, status, body, headers=headers)


def then_ok(first: Behaviour, *, times: int = 1) -> Behaviour:
    """Misbehave for some calls, then answer."""

    def behave(handler: "Handler", number: int) -> None:
        (first if number <= times else reply(200, completion()))(handler, number)

    return behave


def hang(handler: "Handler", _number: int) -> None:
    """Say nothing until the server stops."""
    handler.server.stopping.wait()


def drip(handler: "Handler", _number: int) -> None:
    """Send one byte at a time, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.stopping.wait(0.02):
        handler.wfile.write(b" ")


def huge(handler: "Handler", _number: int) -> None:
    """Send more than the limit."""
    send(handler, 200, b" " * (17 * 2**20))


def endless(handler: "Handler", _number: int) -> None:
    """Send a gigabyte without saying so, until the caller hangs up; count what went out."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    part = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    for _ in range(2**10):
        handler.wfile.write(part)
        handler.server.owner.n_mib_sent += 1


@lru_cache(maxsize=1)
def packed_spaces() -> bytes:
    """Return what unpacks to 64 MiB of spaces."""
    return gzip.compress(b" " * (64 * 2**20))


def bomb(handler: "Handler", _number: int) -> None:
    """Send little that unpacks to much."""
    send(handler, 200, packed_spaces(), headers={"Content-Encoding": "gzip"})


def cut_short(handler: "Handler", _number: int) -> None:
    """Promise more bytes than are sent, then hang up."""
    send(handler, 200, completion()[:10], length=1000)
    handler.close_connection = True


def reset(handler: "Handler", _number: int) -> None:
    """Break the connection off without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def stray(handler: "Handler", _number: int) -> None:
    """Answer with what is not HTTP."""
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    handler.close_connection = True


@dataclass
class FaultServer:
    """Serve one behaviour on loopback and note each call's headers and body."""

    behaviour: Behaviour
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: Counter[str] = field(default_factory=Counter)
    n_mib_sent: int = 0

    def __post_init__(self) -> None:
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def n_calls(self) -> int:
        """Return how often it was called."""
        return len(self.bodies)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Return its base address."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # Five by default: a sixth caller at once would wait for a second try.
    block_on_close = False

    def __init__(self, owner: FaultServer) -> None:
        self.owner = owner
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: callers hang up on purpose here."""


class Handler(BaseHTTPRequestHandler):
    """Note the call and misbehave."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Take the call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        owner = self.server.owner
        with self.server.lock:
            owner.bodies.append(body)
            owner.headers.append({name.lower(): value for name, value in self.headers.items()})
            owner.paths[self.path] += 1
            number = owner.n_calls
        owner.behaviour(self, number)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


def http_date(seconds_from_now: float) -> str:
    """Return a moment as an HTTP date."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds_from_now))
