"""Rows for the tests of prompts; a test names only the fields that matter to it."""

from evalhub.core.canonical import Json
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.records import Prompt


def row(**changes: Json) -> dict[str, Json]:
    """Return a complete single-turn row with ``changes``; a change to None takes a field out."""
    base: dict[str, Json] = {
        "id": "q1",
        "prompt": "What is fever?",
        "domain": "medicine",
        "language": "en",
        "license": "CC-BY-4.0",
        "source": {"kind": "written"},
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def prompt(**changes: Json) -> Prompt:
    """Return the prompt of ``row(**changes)``."""
    return prompt_from_row(row(**changes), where="row")


def user(text: str) -> dict[str, Json]:
    """Return a user message."""
    return {"role": "user", "content": text}
