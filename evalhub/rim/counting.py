"""Count each request where it is answered, and tell of slow ones."""

import time

import structlog
from flask import request
from werkzeug.wrappers import Response

from evalhub.rim.state import request_state, runtime

LOG = structlog.get_logger("evalhub.requests")


def count_request(response: Response) -> Response:
    """Count the request, and tell of one that somebody waited for."""
    seconds = time.perf_counter() - request_state().started_s
    runtime().metrics.count(
        method=request.method,
        endpoint=request.endpoint,
        status=response.status_code,
        seconds=seconds,
    )
    if seconds >= runtime().slow_s:
        # By its endpoint: an address may hold a token that opens somebody's comparison.
        LOG.warning(
            "a request was slow",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            seconds=round(seconds, 3),
        )
    return response
