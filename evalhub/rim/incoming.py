"""Refuse text that no field of ours can hold, before any view reads it.

PostgreSQL cannot store NUL in text, and a lone surrogate has no UTF-8 form; both would
surface as errors deep inside a use case. JSON is parsed here once, strictly.
"""

import json
import math
from collections.abc import Iterator
from itertools import chain
from typing import NoReturn
from urllib.parse import urlsplit

from flask import Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from evalhub.core.canonical import Json
from evalhub.core.reading.text import is_utf8
from evalhub.errors import BadInput, Problem

MAX_PROBLEMS = 20
MAX_FIELDS = 5000
NAMELESS = "\0"
"""Stands for the name of a form part that gives none, and is as wrong."""
LARGEST_INTEGER = 2**63 - 1


class UnreadableJson(BadRequest):
    """A body that says to be JSON and is none; ``problem`` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__()
        self.problem = Problem("body", rule)


class StrictJson(DefaultJSONProvider):
    """Read JSON with unique keys and finite numbers; other text is a ``ValueError``."""

    def loads(self, s: str | bytes, **_options: object) -> Json:
        """Parse ``s``; nesting that exhausts the parser is an error of the text too."""
        try:
            parsed: Json = json.loads(s, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error
        return parsed


def check_host(request: Request, hosts: frozenset[str]) -> None:
    """Refuse a request for a host that is not ours: it came by a name we do not answer to."""
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError as error:
        raise BadRequest from error
    if host not in hosts:
        raise BadRequest


def check_text(request: Request) -> None:
    """Raise ``BadInput`` naming each place that holds text no field can store."""
    if len(request.form) > MAX_FIELDS:
        raise RequestEntityTooLarge
    problems = [
        Problem(where, rule) for where, text in _texts(request) if (rule := _broken_rule(text))
    ]
    if problems:
        raise BadInput(problems[:MAX_PROBLEMS])


def check_form_json(request: Request) -> None:
    """Raise ``BadInput`` for form values that a JSON parser chokes on.

    The API's framework tries every form value as JSON and expects no worse than "is none".
    """
    for name, value in request.form.items(multi=True):
        try:
            json.loads(value)
        except json.JSONDecodeError:
            continue
        except (RecursionError, ValueError) as error:
            raise BadInput.at(f"form field {name!r}", "is nested too deeply or too long") from error


def json_texts(value: Json, where: str = "body") -> Iterator[tuple[str, str | float]]:
    """Yield every text and number in parsed JSON with its place, without recursion."""
    waiting: list[tuple[str, Json]] = [(where, value)]
    while waiting:
        place, found = waiting.pop()
        if isinstance(found, dict):
            for key, item in found.items():
                yield f"{place}, a key", key
                waiting.append((f"{place}.{key}", item))
        elif isinstance(found, list):
            waiting.extend((f"{place}[{i}]", item) for i, item in enumerate(found))
        elif isinstance(found, (str, int, float)):
            yield place, found


def _texts(request: Request) -> Iterator[tuple[str, str | float]]:
    yield "the address", request.path
    for name, value in request.args.items(multi=True):
        yield "query, a name", name
        yield f"query field {name!r}", value
    fields = list(request.form.items(multi=True))
    # A form has a hundred texts, and all of them are sound: one look at them together tells.
    if not all(name for name, _ in fields) or _broken_rule("".join(chain(*fields))):
        for name, value in fields:
            yield "form, a name", name or NAMELESS
            yield f"form field {name!r}", value
    for name, file in request.files.items(multi=True):
        yield f"file {name!r}", file.filename or ""
    if request.is_json and request.get_data():
        yield from json_texts(_json_of(request))


def _json_of(request: Request) -> Json:
    """Return the JSON of the body, or raise ``UnreadableJson`` with what the parser said."""
    try:
        body: Json = request.get_json()
    except BadRequest as error:
        raised: BaseException | None = error
        # The framework wraps it, so as not to tell what it read; a rule tells nothing of that.
        while raised is not None and not isinstance(raised, ValueError):
            raised = raised.__context__
        raise UnreadableJson(_unreadable(raised)) from error
    return body


def _unreadable(error: BaseException | None) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return f"is no UTF-8 at byte {error.start}"
    return f"cannot be read: {error}"


def _broken_rule(value: object) -> str:
    if isinstance(value, str):
        # PostgreSQL cannot store it, and it ends the text for whatever is written in C.
        if "\0" in value:
            return "holds a character that cannot be kept (NUL)"
        return (
            ""
            if value.isascii() or is_utf8(value)
            else "holds a character that cannot be kept (half of a surrogate pair)"
        )
    # 1e999 is infinite once read.
    if isinstance(value, float) and not math.isfinite(value):
        return "is too large a number"
    # What fits no column would fail in the driver, on each database with another error.
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return "is too large a number"
    return ""


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    # Of two equal keys a parser keeps the last and a filter before us may read the first.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
