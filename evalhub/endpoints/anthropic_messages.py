"""Speak Anthropic's messages.

The system message stands beside the turns, an answer is a list of parts, and a limit of
tokens must be named in every request. It knows neither seeds nor several answers at once.
"""

from collections.abc import Mapping
from dataclasses import replace

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import is_end
from evalhub.core.pulling.failures import read_failure
from evalhub.core.pulling.messages import split_system
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.pulling.thinking import split_thinking
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.addresses import with_path
from evalhub.endpoints.replies import (
    count,
    malformed,
    mapping_of,
    mappings,
    read_reply,
    text_of,
    text_or_none,
    total,
)

PATH = "/messages"
ROOT = "/v1"
VERSION = "2023-06-01"
REQUIRED: Mapping[str, str] = {"max_tokens": "Anthropic's messages take no request without it"}
RESERVED: Mapping[str, str] = {
    "system": "it comes from the prompt",
    "mcp_servers": "a response must be text",
}
FOR_A_TOOL = frozenset({"tool_use", "pause_turn"})
"""Stop reasons of an answer that wants to go on after a tool has run; none was offered."""
WHOLE = frozenset({"end_turn", "stop_sequence"})
"""Stop reasons of a whole answer."""
_PARTS = {"text": "text", "thinking": "thinking", "redacted_thinking": ""}
"""Known kinds of parts, and the field that holds their text; redacted ones hold none."""
_NO_CREDIT = "credit balance is too low"


class AnthropicMessages:
    """Write requests and read replies of messages."""

    reserved = RESERVED
    required = REQUIRED
    takes_seed = False

    def url(self, spec: EndpointSpec) -> str:
        """Return the endpoint's address with ``/messages`` at its end, below ``/v1``."""
        return with_path(spec.url, PATH, root=ROOT)

    def address_problem(self, _url: str, _model: str) -> str:
        """Find nothing wrong: the model is named in the body alone."""
        return ""

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the version of the interface, and the key where there is one."""
        return {"anthropic-version": VERSION} | ({} if key is None else {"x-api-key": key})

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return the model, the turns, the system message beside them, and the parameters."""
        system, turns = split_system(question.messages)
        return {
            **spec.parameters,
            **({"system": system} if system else {}),
            "model": spec.model,
            "messages": turns,
            "stream": False,
        }

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read one reply; an unknown shape is a failure that quotes its start."""
        return read_reply(status, body, read_value=_read_message, read_error=_read_error)


def _read_message(value: Mapping[str, Json], body: str) -> Reply | Failure:
    parts = mappings(value.get("content"))
    if parts is None:
        return malformed("has no list of content parts", body)
    reason = text_or_none(value.get("stop_reason"))
    if reason in FOR_A_TOOL:
        return malformed(f"stops for a tool ({reason}) though none was offered", body)
    kinds = [part.get("type") for part in parts]
    strange = [str(kind)[:40] for kind in kinds if text_or_none(kind) not in _PARTS]
    if strange:
        return malformed(f"has a content part of the unknown kind {strange[0]!r}", body)
    if not is_end(reason, whole=WHOLE):
        stop = str(value.get("stop_reason"))[:40]
        return malformed(f"has the stop_reason {stop!r}, which is no known end", body)
    text, inline = split_thinking(_joined(parts, "text"))
    usage = mapping_of(value, "usage")
    return Reply(
        text=text,
        reasoning="\n".join(part for part in (_joined(parts, "thinking"), inline) if part),
        finish_reason=reason,
        model_reported=text_or_none(value.get("model")),
        # What was read from a cache was part of the prompt, and is left out of input_tokens.
        prompt_tokens=total(
            usage.get("input_tokens"),
            usage.get("cache_creation_input_tokens"),
            usage.get("cache_read_input_tokens"),
        ),
        completion_tokens=count(usage.get("output_tokens")),
    )


def _joined(parts: list[Mapping[str, Json]], kind: str) -> str:
    return "".join(text_of(part, _PARTS[kind]) for part in parts if part.get("type") == kind)


def _read_error(status: int, body: Json) -> Reply | Failure:
    failure = read_failure(status, body)
    # An empty account answers 400 as a wrong request does; only the words tell. Taken for a wrong
    # request, each of a hundred thousand prompts would be sent to hear it again.
    if isinstance(failure, Failure) and _NO_CREDIT in failure.message.lower():
        return replace(failure, kind=ErrorKind.QUOTA)
    return failure
