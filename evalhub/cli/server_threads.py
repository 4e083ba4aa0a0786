"""Serve requests in threads, and refuse what is no request in the words of EvalHub."""

import socket
from http import HTTPStatus

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker

from evalhub.rim.failures import Failure, failure_of_status
from evalhub.web.security import HEADERS

STATUS_BY_ERROR: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (ParseException, HTTPStatus.BAD_REQUEST),
)
"""What the server refuses before the application sees it; the first class that fits decides."""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} &ndash; EvalHub</title>
<link rel="stylesheet" href="/static/evalhub.css">
</head>
<body class="page-failure">
<main id="main" class="page page-slim">
<header class="page-head"><div><p class="crumb">{status}</p><h1>{title}</h1></div></header>
<p class="lede">{message}</p>
<p class="failure-way-out"><a class="btn" href="/">Go to the start</a></p>
</main>
</body>
</html>
"""
"""In English, as nobody has read what language was asked for; it looks as our other pages do."""


class Threads(ThreadWorker):
    """Answer what gunicorn would answer with a page of its own."""

    def handle_error(
        self,
        req: Request | None,
        client: socket.socket,
        addr: tuple[str, int],
        exc: Exception,
    ) -> None:
        """Answer a request that broke before the application saw it.

        Whoever followed a link that is too long is told so in words, and how to go on; what broke
        otherwise is for gunicorn, which says it in the log.
        """
        status = next((status for kind, status in STATUS_BY_ERROR if isinstance(exc, kind)), None)
        if status is None:
            super().handle_error(req, client, addr, exc)  # type: ignore[no-untyped-call]  # untyped
            return
        self.log.warning("A request could not be read: %s", type(exc).__name__)
        try:
            client.sendall(refusal(failure_of_status(status)))
        except OSError:
            self.log.debug("Whoever sent it has gone.")


def refusal(failure: Failure) -> bytes:
    """Return the whole answer, which ends the connection: where its next request begins is lost."""
    page = PAGE.format(
        status=failure.status.value, title=failure.title, message=failure.message
    ).encode()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Connection": "close",
        "Cache-Control": "no-store",
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {failure.status.value} {failure.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + page
