"""Read stored prompts back, of which a build reads every one three times."""

import json

# What the records call Json is spelled in these three names, which pydantic looks up where an
# adapter is rebuilt. Its JsonValue is a recursion that it can follow; ours is one for mypy alone.
from collections.abc import Mapping, Sequence  # noqa: F401 - pydantic looks them up here

from pydantic import JsonValue as Json  # noqa: F401 - likewise
from pydantic import TypeAdapter, ValidationError

from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import SCHEMA

_PROMPTS = TypeAdapter(Prompt)
_PROMPTS.rebuild()
_NAMED = f'"schema":"{SCHEMA}"'
"""How the canonical text of a prompt names its schema; within words the marks are escaped."""


def read_prompt(document: str, *, key: str) -> Prompt:
    """Return a stored prompt as typed data, in a fifth of the time ``prompt_from_row`` takes.

    Each was read by that before it was stored, so its rules hold, and its licence is not looked up
    again: the list of SPDX changes, and a frozen row does not. What is no canonical row is read by
    it again, which raises ``BadInput`` with the place.
    """
    try:
        prompt = _PROMPTS.validate_json(document, strict=True)
    except ValidationError:
        prompt = None
    # Without its id or a message it would be another's prompt, or nobody's.
    if prompt is None or not (prompt.id and prompt.messages) or _NAMED not in document:
        return prompt_from_row(json.loads(document), where=f"prompt {key!r}")
    return prompt
