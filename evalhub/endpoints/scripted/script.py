"""Hold what a scripted server answers to which prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evalhub.core.canonical import Json, content_hash
from evalhub.core.pulling.messages import last_user_text
from evalhub.core.reading.json_lines import read_json_lines
from evalhub.errors import BadInput, Problem

STATUSES = range(200, 600)
LONGEST_DELAY_S = 3600
MAX_LINE_BYTES = 2**24
"""As much as the server takes in a request: a script may hold every length that is asked for."""


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
    and ``delay_s``. Raise ``BadInput`` that names file, line and field, also where a prompt
    is answered a second time: one of the two replies could never be given.
    """
    replies: dict[tuple[str, str], ScriptedReply] = {}
    lines = read_json_lines(path.read_bytes(), where=path.name, max_line_bytes=MAX_LINE_BYTES)
    for number, line in lines:
        where = f"{path.name} line {number}"
        row = _row(line, where)
        key = (_text(row, "model", where), _text(row, "prompt", where))
        if key in replies:
            raise BadInput.at(where, f"answers this prompt as {key[0]!r} a second time")
        replies[key] = _reply(row, where)
    return Script(replies)


def _row(line: "Json | Problem", where: str) -> Mapping[str, Json]:
    if isinstance(line, Problem):
        raise BadInput([line])
    if not isinstance(line, Mapping):
        raise BadInput.at(where, "is not a JSON object")
    return line


def _reply(row: Mapping[str, Json], where: str) -> ScriptedReply:
    status, delay_s = row.get("status", 200), row.get("delay_s", 0.0)
    if not isinstance(status, int) or status not in STATUSES:
        raise BadInput.at(f"{where}, field 'status'", "must be a number from 200 to 599")
    # A negative wait would be over at once and hide a mistyped script.
    if not isinstance(delay_s, int | float) or not 0 <= delay_s <= LONGEST_DELAY_S:
        rule = f"must be a number of seconds from 0 to {LONGEST_DELAY_S}"
        raise BadInput.at(f"{where}, field 'delay_s'", rule)
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
