"""Speak OpenAI-compatible chat completions, as its many servers speak it.

Field names differ between servers: reasoning comes as ``reasoning`` (vLLM) or
``reasoning_content`` (SGLang, older vLLM, llama.cpp), inside the text as a ``<think>``
block, or as a content part; content may be null or a list of parts; usage may be missing;
errors come as ``{"error": …}``, ``{"detail": …}`` or HTML, also under status 200.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from evalhub.core.canonical import Json
from evalhub.core.pulling.failures import quoted, read_failure
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.pulling.thinking import split_thinking
from evalhub.core.responses import ErrorKind

PATH = "/chat/completions"
BROKEN_OFF = frozenset({"abort", "error"})
"""Finish reasons of vLLM and SGLang for an answer that the server itself gave up."""
MAXIMUM_COUNT = 2**31 - 1
"""What the token columns hold; a count beyond it is an error of the server and is dropped."""
_OK = range(200, 300)
_BAD_GATEWAY = 502


class ChatCompletions:
    """Write requests and read replies of chat completions."""

    def url(self, spec: EndpointSpec) -> str:
        """Return the endpoint's address with ``/chat/completions`` at the end of its path."""
        # People paste the base address or the full one; the query (an API version) stays.
        parts = urlsplit(spec.url)
        path = parts.path.rstrip("/").removesuffix(PATH) + PATH
        return urlunsplit(parts._replace(path=path))

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the bearer header, or none without a key."""
        return {} if key is None else {"Authorization": f"Bearer {key}"}

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return the model, the messages and the endpoint's parameters."""
        # The parameters first, so that none of them can replace what EvalHub itself sets.
        return {
            **spec.parameters,
            "model": spec.model,
            "messages": list(question.messages),
            "stream": False,
        }

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read one reply; an unknown shape is a failure that quotes its start."""
        try:
            value: Json = json.loads(body)
        except (ValueError, RecursionError):
            if status in _OK:
                return _malformed("is not JSON", body)
            return read_failure(status, body)
        if status not in _OK:
            return read_failure(status, value)
        if isinstance(value, Mapping) and value.get("error"):
            return read_failure(_status_inside(value["error"]), value)
        return _read_choice(value, body)


def _read_choice(value: Json, body: str) -> Reply | Failure:
    choices = value.get("choices") if isinstance(value, Mapping) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not (
        isinstance(value, Mapping) and isinstance(choice, Mapping) and isinstance(message, Mapping)
    ):
        return _malformed("has no choices[0].message", body)
    content = _content(message.get("content"))
    if content is None:
        return _malformed("has a message content that is neither text nor a list of parts", body)
    finish_reason = _text_or_none(choice.get("finish_reason"))
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
    given = _text_or_none(message.get("reasoning_content")) or _text_or_none(
        message.get("reasoning")
    )
    usage = value.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    return Reply(
        text=text,
        reasoning="\n".join(part for part in (given, thought, inline) if part),
        refusal=_text_or_none(message.get("refusal")) or declined,
        finish_reason=finish_reason,
        model_reported=_text_or_none(value.get("model")),
        prompt_tokens=_count(counts.get("prompt_tokens")),
        completion_tokens=_count(counts.get("completion_tokens")),
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


def _status_inside(error: Json) -> int:
    """Return the status that an error under HTTP 200 names; gateways pass errors on so."""
    code = error.get("code") if isinstance(error, Mapping) else None
    text = str(code)
    is_status = text.isascii() and text.isdigit() and len(text) == len("500")
    return int(text) if is_status else _BAD_GATEWAY


def _malformed(rule: str, body: str) -> Failure:
    return Failure(ErrorKind.MALFORMED, f"The reply {rule}: {quoted(body)}")


def _text_or_none(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Json) -> int | None:
    """Return a token count, or None for what is none."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and isinstance(value, int) and 0 <= value <= MAXIMUM_COUNT else None
