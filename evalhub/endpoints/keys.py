"""Read an endpoint's key from the environment and keep it out of everything that is kept.

An endpoint names its key as ``env:NAME``. The key is read when a pull starts, sent in one
header, and replaced by ``[key]`` wherever a server echoes it. A "key" of fewer than
``SHORTEST_SECRET`` characters is one of the placeholders that local servers ask for ("EMPTY",
"ollama", "none"): it is no secret, and an answer may hold it as a word.

Only variables whose names match the operator's patterns can be named. The environment of a
worker holds more than keys of models: passwords of databases, tokens of clouds. Whoever may
register an endpoint could else have any of them sent to an address of their choice.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from evalhub.config import DEFAULT_ENDPOINT_KEYS
from evalhub.core.pulling.outcomes import Outcome
from evalhub.endpoints.errors import MissingKey

PREFIX = "env:"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,189}")
OUR_OWN = "EVALHUB_"
"""How EvalHub's own settings begin. No pattern opens them: they hold the server's secret."""
DEFAULT_PATTERNS = (DEFAULT_ENDPOINT_KEYS,)
"""How providers' own documents name their keys. Not ``*_KEY``, which would open the secret keys
of clouds and web frameworks as well."""
SETTING = "EVALHUB_ENDPOINT_KEYS"
REMOVED = "[key]"
SHORTEST_SECRET = 12
"""Providers' keys have 32 characters and more; replacing a word of an answer changes evidence."""


def is_reference(text: str) -> bool:
    """Tell whether ``text`` names a key (``env:NAME``) rather than being one."""
    name = text.removeprefix(PREFIX)
    is_name = text.startswith(PREFIX) and NAME.fullmatch(name) is not None
    return is_name and not name.upper().startswith(OUR_OWN)


def is_allowed(reference: str, patterns: Sequence[str]) -> bool:
    """Tell whether the variable that ``reference`` names matches one of ``patterns``."""
    name = reference.removeprefix(PREFIX)
    return is_reference(reference) and any(fnmatchcase(name, pattern) for pattern in patterns)


def rule_of(patterns: Sequence[str]) -> str:
    """Return which variables may be named, and who can allow more, for a message."""
    allowed = ", ".join(patterns) or "nothing"
    return f"must match {allowed}; an administrator can allow others in {SETTING}"


def read_key(
    reference: str | None,
    environ: Mapping[str, str],
    patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> str | None:
    """Return the key that ``reference`` names, or None when the endpoint needs none.

    Raise ``MissingKey`` that names the variable when it matches none of ``patterns``, is unset,
    empty, or holds what no HTTP header can carry.
    """
    if reference is None:
        return None
    if not is_reference(reference):
        raise MissingKey(
            "The endpoint's key must be named as env:NAME, and not be a setting of EvalHub."
        )
    name = reference.removeprefix(PREFIX)
    # Asked again here: the endpoint may be older than the patterns, or was registered by a process
    # that has others.
    if not is_allowed(reference, patterns):
        raise MissingKey(f"The environment variable {name} is not sent: it {rule_of(patterns)}.")
    key = environ.get(name, "").strip()
    if not key:
        raise MissingKey(f"The environment variable {name} holds no key.")
    if not (key.isascii() and key.isprintable()):
        raise MissingKey(f"The key in {name} has characters that no HTTP header can carry.")
    return key


def without_key(outcome: Outcome, key: str | None) -> Outcome:
    """Return ``outcome`` with ``key`` removed from everything that came from the server.

    The body is scrubbed before it is read, too; this finds what only appears once the
    escapes of JSON are undone.
    """
    if key is None or len(key) < SHORTEST_SECRET:
        return outcome
    return replace(
        outcome,
        text=scrubbed(outcome.text, key),
        reasoning=scrubbed(outcome.reasoning, key),
        error_message=scrubbed(outcome.error_message, key),
        raw_body=scrubbed(outcome.raw_body, key),
        finish_reason=scrubbed(outcome.finish_reason or "", key) or None,
        model_reported=scrubbed(outcome.model_reported or "", key) or None,
    )


def scrubbed(text: str, key: str | None) -> str:
    """Remove ``key`` as it is, as JSON writes it, and with escaped slashes."""
    if key is None or len(key) < SHORTEST_SECRET:
        return text
    written = json.dumps(key)[1:-1]
    # The longest first: the key alone, taken out of its JSON form, would leave half of an escape
    # behind, and a body that is no JSON any more.
    for form in sorted({key, written, written.replace("/", "\\/")}, key=len, reverse=True):
        text = text.replace(form, REMOVED)
    return text
