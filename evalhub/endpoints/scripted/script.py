"""Hold what a scripted server answers to which prompt."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalhub.core.canonical import Json, content_hash
from evalhub.core.pulling.messages import last_user_text
from evalhub.errors import BadInput


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """Hold one reply: its text, how it ends, and how long it takes."""

    text: str
    finish_reason: str = "stop"
    status: int = 200
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Script:
    """Map (model, prompt) to replies.

    A prompt is named by the text of its last user message, or by ``prompt_key`` of all its
    messages, which comes first. ``default`` answers what nothing names; without it such a
    prompt gets a 404.
    """

    replies: Mapping[tuple[str, str], ScriptedReply] = field(default_factory=dict)
    default: ScriptedReply | None = None

    def reply(self, model: str, messages: Sequence[Json]) -> ScriptedReply | None:
        """Return what ``model`` answers to ``messages``."""
        whole = self.replies.get((model, prompt_key(messages)))
        return whole or self.replies.get((model, last_user_text(messages)), self.default)

    def models(self) -> list[str]:
        """Return the models the script knows, sorted."""
        return sorted({model for model, _ in self.replies})


def prompt_key(messages: Sequence[Json]) -> str:
    """Return the hash that names a whole conversation."""
    return content_hash(messages)


def read_script(path: Path) -> Script:
    """Read a script from a JSONL file.

    Each line is an object with ``model``, ``prompt`` (the last user message or a prompt
    key), ``text`` and, where they differ from the defaults, ``finish_reason``, ``status``
    and ``delay_s``. Raise ``BadInput`` that names file, line and field.
    """
    replies = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path.name} line {number}"
            row = _row(line, where)
            key = (_text(row, "model", where), _text(row, "prompt", where))
            replies[key] = _reply(row, where)
    return Script(replies)


def _row(line: str, where: str) -> Mapping[str, Json]:
    try:
        row: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput.at(where, "is not JSON") from error
    if not isinstance(row, Mapping):
        raise BadInput.at(where, "is not a JSON object")
    return row


def _reply(row: Mapping[str, Json], where: str) -> ScriptedReply:
    status, delay_s = row.get("status", 200), row.get("delay_s", 0.0)
    if not isinstance(status, int) or not isinstance(delay_s, int | float):
        raise BadInput.at(where, "'status' and 'delay_s' must be numbers")
    return ScriptedReply(
        text=_text(row, "text", where),
        finish_reason=str(row.get("finish_reason", "stop")),
        status=status,
        delay_s=float(delay_s),
    )


def _text(row: Mapping[str, Json], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise BadInput.at(f"{where}, field {name!r}", "must be a text")
    return value
