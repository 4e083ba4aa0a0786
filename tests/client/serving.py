"""Serve an application on loopback, and come between it and its client where a test says so."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

T = TypeVar("T")
Body = Callable[[Iterator[bytes]], Iterator[bytes]]


class Between:
    """Pass requests on and remember them; a test can change bodies and answer in another's place.

    ``bodies`` maps the end of a path to what is done with the body of the next answer under it,
    each once; ``answers`` maps it to statuses that are given instead of the application's answer.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self.asked: list[str] = []
        self.bodies: dict[str, list[Body]] = {}
        self.answers: dict[str, list[tuple[str, dict[str, str]]]] = {}
        self.hidden: set[str] = set()
        """Headers that a proxy on the way would drop."""

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterator[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        self.asked.append(f"{environ['REQUEST_METHOD']} {path} {environ.get('HTTP_RANGE', '')}")
        for name in self.hidden:
            environ.pop(name, None)
        refused = _next(self.answers, path)
        if refused is not None:
            status, headers = refused
            start(status, list(headers.items()))
            return
        chunks = self._application(environ, start)
        try:
            change = _next(self.bodies, path)
            yield from change(iter(chunks)) if change else chunks
        finally:
            getattr(chunks, "close", list)()


def _next(planned: dict[str, list[T]], path: str) -> T | None:
    """Take the next thing that is planned for a path."""
    for end, waiting in planned.items():
        if path.endswith(end) and waiting:
            return waiting.pop(0)
    return None


def cut_after(n_bytes: int) -> Body:
    """Break the connection once so many bytes of the body have left."""

    def cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
        left = n_bytes
        for chunk in chunks:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                raise ConnectionResetError

    return cut


def flip_first(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Turn the first byte of a body into another."""
    first = next(chunks)
    yield bytes([first[0] ^ 1]) + first[1:]
    yield from chunks


@contextmanager
def serving(application: "WSGIApplication") -> Iterator[str]:
    """Serve on a free port of loopback and give the address."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
