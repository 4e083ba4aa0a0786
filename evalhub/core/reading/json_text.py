"""Parse JSON strictly: what two readers could take differently is refused.

Refused besides bad syntax: duplicate keys, ``NaN`` and ``Infinity``, numbers that overflow,
whole numbers outside 64 bits, nesting beyond ``MAX_DEPTH``, lone surrogates, and the
character U+0000, which PostgreSQL cannot store.
"""

import json
import math
import re
from collections import Counter

from evalhub.core.canonical import Json
from evalhub.core.reading.quoting import shown
from evalhub.errors import BadInput

MAX_DEPTH = 100
"""Far below the nesting at which Python's own parser gives up, so that no caller can reach it."""
MAX_INTEGER_DIGITS = 20
"""The digits of -2**63 and its sign."""
INTEGER_RANGE = range(-(2**63), 2**63)

# The closing quote is optional so that an unterminated string is passed over in one step;
# the parser then says what is wrong with it.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


class _RuleBroken(ValueError):
    """Carry the rule from one of the decoder's hooks to ``parse_json``."""


def parse_json(text: str, *, where: str) -> Json:
    """Return the value that ``text`` holds, or raise ``BadInput`` with place and rule."""
    _refuse_depth(text, where=where)
    try:
        value: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}"
        if error.lineno > 1 or "\n" in text:
            place = f"line {error.lineno}, {place}"
        # Some of the decoder's words end in "at" and some do not.
        fault = error.msg.removesuffix(" at")
        raise BadInput.at(where, f"is not JSON: {fault} at {place}") from error
    except _RuleBroken as error:
        raise BadInput.at(where, str(error)) from error
    # Escapes come out as such characters only now. Searching the raw text for the few escapes
    # that could took longer than looking at every value.
    refuse_unstorable_text(value, where=where)
    return value


def refuse_unstorable_text(value: Json, *, where: str) -> None:
    """Raise ``BadInput`` when any text in ``value`` holds U+0000 or a lone surrogate."""
    if isinstance(value, str):
        _refuse_unstorable(value, where=where)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key, where=where)
            refuse_unstorable_text(item, where=where)
    elif isinstance(value, list):
        for item in value:
            refuse_unstorable_text(item, where=where)


def _refuse_unstorable(text: str, *, where: str) -> None:
    if "\x00" in text:
        raise BadInput.at(where, f"the text {shown(text)} holds the character U+0000")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise BadInput.at(
            where, f"the text {shown(text)} holds the lone surrogate U+{code:04X}"
        ) from error


def _refuse_depth(text: str, *, where: str) -> None:
    """Count brackets outside strings, so that deep nesting never reaches the parser."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        found = match.group()
        if found in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadInput.at(where, f"is nested deeper than {MAX_DEPTH} levels")
        elif found in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Json]]) -> Json:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    # Readers disagree on which of two values counts, so a file with both has two meanings.
    repeated, _ = Counter(key for key, _ in pairs).most_common(1)[0]
    raise _RuleBroken(f"the key {shown(repeated)} stands twice in one object")


def _integer(digits: str) -> int:
    # Checked before conversion: int() of a million digits takes quadratic time.
    if len(digits) > MAX_INTEGER_DIGITS or int(digits) not in INTEGER_RANGE:
        raise _RuleBroken(f"the number {shown(digits)} does not fit in 64 bits")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RuleBroken(f"the number {shown(digits)} is too large")
    return number


def _constant(name: str) -> float:
    raise _RuleBroken(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_integer,
    parse_float=_decimal,
    parse_constant=_constant,
)
