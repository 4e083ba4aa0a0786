"""Speak OpenAI-compatible chat completions, as its many servers speak it.

Field names differ between servers: reasoning comes as ``reasoning`` (vLLM, Ollama) or
``reasoning_content`` (SGLang, older vLLM, llama.cpp), inside the text as a ``<think>``
block, or as a content part; content may be null or a list of parts; usage may be missing;
errors come as ``{"error": …}``, ``{"detail": …}`` or HTML, also under status 200.
"""

from collections.abc import Mapping

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.pulling.thinking import split_thinking
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.addresses import with_path
from evalhub.endpoints.openai import OpenAI
from evalhub.endpoints.replies import (
    count,
    malformed,
    mapping_of,
    read_reply,
    text_of,
    text_or_none,
)

PATH = "/chat/completions"
BROKEN_OFF = frozenset({"abort", "error"})
"""Finish reasons of vLLM and SGLang for an answer that the server itself gave up."""
NOTHING: Mapping[str, str] = {}


class ChatCompletions(OpenAI):
    """Write requests and read replies of chat completions."""

    reserved = NOTHING
    required = NOTHING
    takes_seed = True

    def url(self, spec: EndpointSpec) -> str:
        """Return the endpoint's address with ``/chat/completions`` at the end of its path."""
        return with_path(spec.url, PATH)

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return the model, the messages and the endpoint's parameters."""
        # The parameters first, so that none of them can replace what EvalHub itself sets.
        return {
            **spec.parameters,
            **({} if question.seed is None else {"seed": question.seed}),
            "model": spec.model,
            "messages": list(question.messages),
            "stream": False,
        }

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read one reply; an unknown shape is a failure that quotes its start."""
        return read_reply(status, body, read_value=_read_choice)


def _read_choice(value: Mapping[str, Json], body: str) -> Reply | Failure:
    choices = value.get("choices")
    # Servers that were asked for one answer may send none or several: the first one counts.
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not (isinstance(choice, Mapping) and isinstance(message, Mapping)):
        return malformed("has no choices[0].message", body)
    content = _content(message.get("content"))
    if content is None:
        return malformed("has a message content that is neither text nor a list of parts", body)
    finish_reason = text_or_none(choice.get("finish_reason"))
    if finish_reason in BROKEN_OFF:
        return Failure(ErrorKind.SERVER, f"The server broke the answer off ({finish_reason}).")
    return _reply(value, message, content, finish_reason)


def _reply(
    value: Mapping[str, Json],
    message: Mapping[str, Json],
    content: tuple[str, str, str],
    finish_reason: str | None,
) -> Reply:
    written, thought, declined = content
    text, inline = split_thinking(written)
    given = text_of(message, "reasoning_content") or text_of(message, "reasoning")
    usage = mapping_of(value, "usage")
    return Reply(
        text=text,
        reasoning="\n".join(part for part in (given, thought, inline) if part),
        refusal=text_of(message, "refusal") or declined,
        finish_reason=finish_reason,
        model_reported=text_or_none(value.get("model")),
        prompt_tokens=count(usage.get("prompt_tokens")),
        completion_tokens=count(usage.get("completion_tokens")),
    )


def _content(content: Json) -> tuple[str, str, str] | None:
    """Return (text, reasoning, refusal) of a message's content, or None for no known shape."""
    if content is None:
        return "", "", ""
    if isinstance(content, str):
        return content, "", ""
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        return None
    parts = [part for part in content if isinstance(part, Mapping)]
    return (
        "".join(_part(part, "text") for part in parts),
        "".join(_part(part, "thinking") or _part(part, "reasoning") for part in parts),
        "".join(_part(part, "refusal") for part in parts),
    )


def _part(part: Mapping[str, Json], name: str) -> str:
    """Return the text that ``part`` holds under ``name``; some servers nest a list of parts."""
    value = part.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_part(inner, "text") for inner in value if isinstance(inner, Mapping))
    return ""
