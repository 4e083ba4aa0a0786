"""Speak Google's generateContent, on the Gemini API or on Vertex AI.

The model is part of the address, roles and parts have other names, sampling parameters
stand in an object of their own, and a blocked prompt answers 200 without any candidate.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import is_end
from evalhub.core.pulling.failures import read_failure
from evalhub.core.pulling.messages import plain_text, split_system
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ErrorKind
from evalhub.endpoints.chat_completions import NOTHING
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

ROOT = "/v1beta"
METHOD = ":generateContent"
MODELS = "models"
FOLDERS = frozenset({MODELS, "tunedModels", "endpoints"})
"""Parts of an address after which a model is named."""
BESIDE = frozenset({"safetySettings", "labels", "serviceTier"})
"""Parameters that stand beside generationConfig; all others stand inside it."""
RESERVED: Mapping[str, str] = {
    "contents": "they come from the prompt",
    "systemInstruction": "it comes from the prompt",
    "cachedContent": "each prompt is asked on its own",
    "generationConfig": "name its fields, such as temperature or maxOutputTokens",
    "candidateCount": "each response is asked on its own",
    "toolConfig": "a response must be text",
}
BROKEN_OFF = frozenset(
    {"OTHER", "FINISH_REASON_UNSPECIFIED", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}
)
"""Reasons to finish that say neither that the answer is whole nor why it is not."""
WHOLE = frozenset({"stop"})
"""The reason to finish of a whole answer."""
_FIELDS_OF_A_TEXT = frozenset({"text", "thought", "thoughtSignature"})
_DELAY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")


class Gemini:
    """Write requests and read replies of generateContent."""

    reserved = RESERVED
    required = NOTHING
    takes_seed = True

    def url(self, spec: EndpointSpec) -> str:
        """Return the address of the endpoint's model, below ``/v1beta`` unless another is given.

        A server's address, one up to ``…/models``, a model's and the full one of a request are
        all taken; a query stays.
        """
        parts = urlsplit(spec.url)
        path = parts.path.rstrip("/")
        if _named_model(path) is None:
            # Tuned models and those of other publishers carry their folder in their name.
            folder, _, last = spec.model.rpartition("/")
            folder = f"/{quote(folder or MODELS)}"
            path = f"{path.removesuffix(folder) or ROOT}{folder}/{quote(last)}"
        return urlunsplit(parts._replace(path=path.removesuffix(METHOD) + METHOD))

    def address_problem(self, url: str, model: str) -> str:
        """Return why ``url`` cannot be the address of ``model``: it names another or a method."""
        named = _named_model(urlsplit(url).path.rstrip("/"))
        if named is None or named == model.rpartition("/")[2]:
            return ""
        rule = f"names {named[:80]!r}, but the model is {model[:80]!r}"
        return f"{rule}; give the address of the server, which ends before the model"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the header that carries the key, or none without a key."""
        # Google takes keys in the address, too, where every log would keep them.
        return {} if key is None else {"x-goog-api-key": key}

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return the turns, the system message, and the parameters where each belongs."""
        system, turns = split_system(question.messages)
        config = {name: value for name, value in spec.parameters.items() if name not in BESIDE}
        if question.seed is not None:
            config["seed"] = question.seed
        return {
            **{name: value for name, value in spec.parameters.items() if name in BESIDE},
            **({"systemInstruction": {"parts": [{"text": system}]}} if system else {}),
            **({"generationConfig": config} if config else {}),
            "contents": [_turn(message) for message in turns],
        }

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read one reply; an unknown shape is a failure that quotes its start."""
        return read_reply(status, body, read_value=_read_value, read_error=_read_error)


def _named_model(path: str) -> str | None:
    """Return the model that an address names, without its folder, or None when it names none."""
    *_, folder, last = ["", "", *path.split("/")]
    # A colon begins a method. One that is not ours stays, so that it is told from any model.
    if folder in FOLDERS or ":" in last:
        return unquote(last.removesuffix(METHOD))
    return None


def _turn(message: Mapping[str, Json]) -> Mapping[str, Json]:
    role = "model" if message.get("role") == "assistant" else "user"
    return {"role": role, "parts": [{"text": plain_text(message.get("content"))}]}


def _read_value(value: Mapping[str, Json], body: str) -> Reply | Failure:
    candidates = mappings(value.get("candidates"))
    if candidates:
        return _read_candidate(candidates[0], value, body)
    reason = text_or_none(mapping_of(value, "promptFeedback").get("blockReason"))
    if reason is None:
        return malformed("has neither candidates nor a reason why the prompt was blocked", body)
    refusal = f"The prompt was blocked ({reason})."
    return _with_usage(Reply(text="", refusal=refusal, finish_reason=reason), value)


def _read_candidate(
    candidate: Mapping[str, Json], value: Mapping[str, Json], body: str
) -> Reply | Failure:
    reason = text_or_none(candidate.get("finishReason"))
    if reason in BROKEN_OFF:
        return Failure(ErrorKind.SERVER, f"The server broke the answer off ({reason}).")
    # A candidate that was filtered, or thought until its limit, may have no content or no parts.
    parts = mappings(mapping_of(candidate, "content").get("parts", []))
    if parts is None:
        return malformed("has no parts in candidates[0].content", body)
    if not is_end(reason, whole=WHOLE):
        finish = str(candidate.get("finishReason"))[:40]
        return malformed(f"has the finishReason {finish!r}, which is no known end", body)
    if any(not part.keys() <= _FIELDS_OF_A_TEXT for part in parts):
        return malformed("has a part that is no text", body)
    reply = Reply(
        text="".join(text_of(part, "text") for part in parts if part.get("thought") is not True),
        reasoning="".join(text_of(part, "text") for part in parts if part.get("thought") is True),
        finish_reason=reason,
    )
    return _with_usage(reply, value)


def _with_usage(reply: Reply, value: Mapping[str, Json]) -> Reply:
    usage = mapping_of(value, "usageMetadata")
    return replace(
        reply,
        model_reported=text_or_none(value.get("modelVersion")),
        prompt_tokens=count(usage.get("promptTokenCount")),
        # Thoughts are billed as output and counted apart from it.
        completion_tokens=total(usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")),
    )


def _read_error(status: int, body: Json) -> Reply | Failure:
    """Read an error with its details, which alone tell a used-up day from a busy minute."""
    failure = read_failure(status, body)
    if isinstance(failure, Reply):
        return failure
    for detail in _details(body):
        if detail.get("reason") == "API_KEY_INVALID":
            failure = replace(failure, kind=ErrorKind.UNAUTHORISED)
        elif any("PerDay" in text_of(one, "quotaId") for one in _violations(detail)):
            failure = replace(failure, kind=ErrorKind.QUOTA)
        delay = _DELAY.fullmatch(text_of(detail, "retryDelay"))
        if delay:
            failure = replace(failure, wait_s=float(delay[1]))
    return failure


def _details(body: Json) -> Sequence[Mapping[str, Json]]:
    error = mapping_of(body, "error") if isinstance(body, Mapping) else {}
    return mappings(error.get("details")) or []


def _violations(detail: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    return mappings(detail.get("violations")) or []
