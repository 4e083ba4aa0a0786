"""Speak OpenAI's responses.

An answer is a list of items: messages with parts, and reasoning. How it ended is told by a
status and not by a reason to finish. It knows no seeds. Nothing is kept at the provider.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.pulling.thinking import split_thinking
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.addresses import with_path
from evalhub.endpoints.chat_completions import NOTHING
from evalhub.endpoints.openai import OpenAI
from evalhub.endpoints.replies import (
    count,
    malformed,
    mapping_of,
    mappings,
    read_reply,
    text_of,
    text_or_none,
)

PATH = "/responses"
RESERVED: Mapping[str, str] = {
    "input": "it comes from the prompt",
    "instructions": "they come from the prompt",
    "prompt": "it comes from the prompt set",
    "conversation": "each prompt is asked on its own",
    "previous_response_id": "each prompt is asked on its own",
    "background": "responses are read whole",
    "store": "nothing is kept at the provider",
}
_ENDED = frozenset({"completed", "incomplete"})
_LAST_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class Responses(OpenAI):
    """Write requests and read replies of responses."""

    reserved = RESERVED
    required = NOTHING
    takes_seed = False

    def url(self, spec: EndpointSpec) -> str:
        """Return the endpoint's address with ``/responses`` at the end of its path."""
        return with_path(spec.url, PATH)

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return the model, the messages as input, and the endpoint's parameters."""
        return {
            **spec.parameters,
            "model": spec.model,
            "input": list(question.messages),
            # The provider's own default keeps every prompt and answer for a month.
            "store": False,
            "stream": False,
        }

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read one reply; an unknown shape is a failure that quotes its start."""
        # transformers streams this interface although no stream was asked for.
        whole = _last_of_stream(body) if body.startswith(("event:", "data:")) else body
        return read_reply(status, whole, read_value=_read_value)


@dataclass(frozen=True, slots=True)
class _Said:
    """Hold what the items of a response say."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""


def _read_value(value: Mapping[str, Json], body: str) -> Reply | Failure:
    given = value.get("status", "completed")
    # Looked up as a text only: a list or an object in its place has no hash and would raise.
    status = text_or_none(given)
    if status in {"failed", "cancelled"}:
        return Failure(ErrorKind.SERVER, f"The server broke the answer off ({status}).")
    if status not in _ENDED:
        return malformed(f"has the status {str(given)[:40]!r}, which is no end", body)
    items = mappings(value.get("output"))
    said = None if items is None else _said(items)
    if said is None:
        return malformed("has no output of messages and reasoning alone", body)
    reason = text_or_none(mapping_of(value, "incomplete_details").get("reason"))
    text, inline = split_thinking(said.text)
    usage = mapping_of(value, "usage")
    return Reply(
        text=text,
        reasoning="\n".join(part for part in (said.reasoning, inline) if part),
        refusal=said.refusal,
        # An answer that is not complete must not pass for one because no reason was given.
        finish_reason=(reason or "incomplete") if status == "incomplete" else "completed",
        model_reported=text_or_none(value.get("model")),
        prompt_tokens=count(usage.get("input_tokens")),
        completion_tokens=count(usage.get("output_tokens")),
    )


def _said(items: list[Mapping[str, Json]]) -> _Said | None:
    """Return what ``items`` say, or None when one of them is of no known shape."""
    texts: list[str] = []
    thoughts: list[str] = []
    refusals: list[str] = []
    for item in items:
        parts = mappings(item.get("content") or [])
        kind = text_or_none(item.get("type"))
        if kind not in {"message", "reasoning"} or parts is None:
            return None
        if kind == "reasoning":
            # The summary stands for reasoning that the provider itself keeps to itself.
            thoughts += [text_of(part, "text") for part in parts or _summary(item)]
            continue
        texts += [text_of(part, "text") for part in parts]
        refusals += [text_of(part, "refusal") for part in parts]
    return _Said("".join(texts), "\n".join(filter(None, thoughts)), "".join(refusals))


def _summary(item: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return mappings(item.get("summary")) or []


def _last_of_stream(body: str) -> str:
    """Return the whole response that the last event of a stream carries, or ``body``."""
    for line in reversed(body.splitlines()):
        if not line.startswith("data:"):
            continue
        try:
            event = json.loads(line.removeprefix("data:"))
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and text_or_none(event.get("type")) in _LAST_EVENTS:
            return json.dumps(event.get("response"))
    return body
