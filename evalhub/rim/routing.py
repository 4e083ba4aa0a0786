"""Tell addresses apart, and read numbers in them without surprises."""

from flask import Request
from werkzeug.routing import IntegerConverter

API_PREFIX = "/api/"
PROBES = "probes."
"""How the endpoints begin that watch the service."""
FURTHEST_PAGE = 1_000_000


class BoundedInteger(IntegerConverter):
    """Match at most nine digits: more would not fit the column they are compared with."""

    regex = r"\d{1,9}"


def is_api(path: str) -> bool:
    """Tell whether an address speaks JSON."""
    return path.startswith(API_PREFIX)


def is_probe(request: Request) -> bool:
    """Tell whether a request comes from what watches the service.

    A load balancer calls each process by its own address and not by the name that people use.
    """
    return (request.endpoint or "").startswith(PROBES)


def is_plain(request: Request) -> bool:
    """Tell whether a request is answered without asking who sent it."""
    return request.endpoint == "static" or is_probe(request)


def page_number(text: str | None) -> int:
    """Return the page of a list that ``text`` asks for; page 1 for anything unreadable."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len("1000000"):
        return 1
    # Bounded: the offset is this times the size of a page, and must fit the column too.
    return min(max(int(text), 1), FURTHEST_PAGE)
