"""Show failures as JSON of one shape."""

import re
from http import HTTPStatus

from flask import Response, jsonify
from pydantic import ValidationError

from evalhub.api.describing import Body
from evalhub.errors import BadInput, Problem
from evalhub.rim.failures import Failure, failure_of
from evalhub.rim.state import request_state

_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""A member of a vocabulary as Python writes it, with the word that a client sends."""
WHOLE = "body"
"""The place of a rule that no field of the body breaks, but all of it."""


class ProblemBody(Body):
    """One broken rule and its place."""

    where: str
    rule: str


class ErrorBody(Body):
    """What went wrong."""

    kind: str
    message: str
    problems: list[ProblemBody]
    request_id: str


class ErrorResponse(Body):
    """The body of every response that reports a failure."""

    error: ErrorBody


def failure_json(failure: Failure) -> Response:
    """Answer with the failure as JSON."""
    body = ErrorResponse(
        error=ErrorBody(
            kind=failure.kind,
            message=failure.message,
            problems=[ProblemBody(where=p.where, rule=p.rule) for p in failure.problems],
            request_id=request_state().request_id,
        )
    )
    response = jsonify(body.model_dump())
    response.status_code = failure.status
    response.headers.update(failure.headers)
    if failure.status is HTTPStatus.UNAUTHORIZED:
        # A 401 must say how to authenticate (RFC 9110); clients look for it.
        response.headers["WWW-Authenticate"] = 'Bearer realm="EvalHub"'
    return response


def validation_failure(error: ValidationError) -> Response:
    """Answer a request whose fields break their schema, naming each."""
    problems = [
        _problem(".".join(str(part) for part in found["loc"]), found["type"], found["msg"])
        # Without the input: it can be megabytes, or a key that was sent in the wrong field.
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return failure_json(failure_of(BadInput(problems)))


def _problem(where: str, kind: str, rule: str) -> Problem:
    if not where:
        # Nothing came, or not as JSON, or no object: the library then names a class of ours.
        return Problem(WHOLE, "must be a JSON object, sent as application/json")
    return Problem(where, "must be an object" if kind == "model_type" else _plain(rule))


def _plain(rule: str) -> str:
    """Return a rule with the words that a client may send and not what Python calls them."""
    return _MEMBER.sub(r"\1", rule)
