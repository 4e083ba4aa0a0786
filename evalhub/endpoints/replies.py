"""Read what all dialects have in common: JSON, errors under any status, texts and counts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from evalhub.core.canonical import Json
from evalhub.core.pulling.failures import quoted, read_failure
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.responses import ErrorKind

ReadValue: TypeAlias = Callable[[Mapping[str, Json], str], Reply | Failure]
"""Read the parsed body of a reply with status 2xx, given with its text for quotations."""
ReadError: TypeAlias = Callable[[int, Json], Reply | Failure]
"""Read an error body under its status."""

MAXIMUM_COUNT = 2**31 - 1
"""What the token columns hold; a count beyond it is an error of the server and is dropped."""
_OK = range(200, 300)
_BAD_GATEWAY = 502
_STATUS_OF_WORD = {
    # Streams and failed responses tell by a word what else the status line would have told.
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
}


def read_reply(
    status: int, body: str, *, read_value: ReadValue, read_error: ReadError = read_failure
) -> Reply | Failure:
    """Read one reply; an unknown shape is a failure that quotes its start."""
    try:
        value: Json = json.loads(body)
    except (ValueError, RecursionError):
        return malformed("is not JSON", body) if status in _OK else read_error(status, body)
    if status not in _OK:
        return read_error(status, value)
    if not isinstance(value, Mapping):
        return malformed("is not a JSON object", body)
    if value.get("error"):
        return _error_under(status, value, read_error)
    return read_value(value, body)


def malformed(rule: str, body: str) -> Failure:
    """Return the failure of a reply that ``rule`` describes, with what came."""
    return Failure(ErrorKind.MALFORMED, f"The reply {rule}: {quoted(body)}")


def text_or_none(value: Json) -> str | None:
    """Return a text that is not empty, or None for anything else."""
    return value if isinstance(value, str) and value else None


def text_of(fields: Mapping[str, Json], name: str) -> str:
    """Return the text that ``fields`` hold under ``name``, or an empty one."""
    return text_or_none(fields.get(name)) or ""


def count(value: Json) -> int | None:
    """Return a token count, or None for what is none."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and isinstance(value, int) and 0 <= value <= MAXIMUM_COUNT else None


def total(*values: Json) -> int | None:
    """Return the sum of those of ``values`` that are counts, or None when none is."""
    known = [found for found in map(count, values) if found is not None]
    return count(sum(known)) if known else None


def mapping_of(fields: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """Return the object that ``fields`` hold under ``name``, or an empty one."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def mappings(value: Json) -> list[Mapping[str, Json]] | None:
    """Return a list of objects, or None for anything else."""
    if not isinstance(value, list):
        return None
    found = [one for one in value if isinstance(one, Mapping)]
    return found if len(found) == len(value) else None


def _error_under(status: int, value: Mapping[str, Json], read_error: ReadError) -> Reply | Failure:
    """Read an error that came under a status of success, and tell it under that status."""
    inside = _status_inside(value["error"])
    found = read_error(inside, value)
    if isinstance(found, Reply):
        return found
    # The status inside decides what is done about it. Told as HTTP's own it would send whoever
    # mends it to a gateway that never failed.
    said = found.message.removeprefix(f"HTTP {inside}: ")
    return replace(found, message=f"An error under HTTP {status}: {said}")


def _status_inside(error: Json) -> int:
    """Return the status that an error under HTTP 200 names; gateways pass errors on so."""
    fields = error if isinstance(error, Mapping) else {}
    for name in ("code", "type"):
        text = str(fields.get(name))
        if text in _STATUS_OF_WORD:
            return _STATUS_OF_WORD[text]
        if text.isascii() and text.isdigit() and len(text) == len("500"):
            return int(text)
    return _BAD_GATEWAY
