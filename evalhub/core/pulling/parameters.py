"""Read sampling parameters and refuse those that EvalHub itself sets."""

import json
import re
from collections.abc import Mapping, Sequence

from evalhub.core.canonical import Json
from evalhub.core.reading.json_text import parse_json, refuse_unstorable_text
from evalhub.errors import BadInput, Problem

RESERVED = {
    "model": "it is the endpoint's model",
    "messages": "they come from the prompt",
    "stream": "responses are read whole",
    "n": "each response is asked on its own",
    "tools": "a response must be text",
    "tool_choice": "a response must be text",
    "functions": "a response must be text",
}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
MAXIMUM_LENGTH = 10_000
"""A JSON schema for structured output fits; the parameters are stored with every response."""
MAXIMUM_DEPTH = 20


def parse_parameters(texts: Sequence[str], *, where: str = "--param") -> dict[str, Json]:
    """Read ``name=value`` texts; a value that is not JSON is taken as plain text.

    JSON that two servers could take differently (a key twice, NaN) is refused rather than
    sent as text. Raise ``BadInput`` that names each broken text and rule.
    """
    problems: list[Problem] = []
    found: dict[str, Json] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        name = name.strip()
        if not separator:
            problems.append(Problem(f"{where} {text[:80]!r}", "write it as name=value"))
        elif name in found:
            problems.append(Problem(f"{where} {name!r}", "is given twice"))
        else:
            try:
                found[name] = _value(value.strip(), where=f"{where} {name[:80]!r}")
            except BadInput as error:
                problems.extend(error.problems)
    if problems:
        raise BadInput(problems)
    return check_parameters(found, where=where)


def parse_values(texts: Sequence[str], *, where: str = "--param") -> dict[str, list[Json]]:
    """Read ``name=value`` texts in which a name may stand several times, once a value.

    Raise ``BadInput`` as ``parse_parameters`` does.
    """
    found: dict[str, list[Json]] = {}
    for text in texts:
        for name, value in parse_parameters([text], where=where).items():
            found.setdefault(name, []).append(value)
    return found


def check_parameters(parameters: Mapping[str, Json], *, where: str) -> dict[str, Json]:
    """Return ``parameters`` when every one may be sent; else raise ``BadInput``."""
    problems = [
        Problem(f"{where} {name[:80]!r}", rule)
        for name, value in parameters.items()
        for rule in _broken_rules(name, value)
    ]
    if problems:
        raise BadInput(problems)
    return dict(parameters)


def _value(text: str, *, where: str) -> Json:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return parse_json(text, where=where)


def _broken_rules(name: str, value: Json) -> list[str]:
    rules = []
    if not NAME.fullmatch(name):
        rules.append("is not a name (letters, digits and _ . - only)")
    if name in RESERVED:
        rules.append(f"cannot be set here: {RESERVED[name]}")
    # The depth first: what comes after it calls itself for every level.
    if _depth(value) > MAXIMUM_DEPTH:
        return [*rules, f"is nested deeper than {MAXIMUM_DEPTH} levels"]
    try:
        refuse_unstorable_text(value, where=name)
    except BadInput as error:
        return [*rules, error.problems[0].rule]
    try:
        length = len(json.dumps(value, allow_nan=False).encode())
    except ValueError:
        return [*rules, "is not a finite number that JSON can carry"]
    if length > MAXIMUM_LENGTH:
        rules.append(f"is longer than {MAXIMUM_LENGTH} characters")
    return rules


def _depth(value: Json) -> int:
    """Return how deep ``value`` nests, walking level by level so that no input can overflow."""
    depth, level = 0, [value]
    while level and depth <= MAXIMUM_DEPTH:
        depth += 1
        level = [inner for outer in level for inner in _members(outer)]
    return depth


def _members(value: Json) -> list[Json]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    return []
