"""Tell an answer from what must not be shown as one."""

from evalhub.core.pulling.outcomes import Reply
from evalhub.core.pulling.storable import has_visible_text
from evalhub.core.responses import ResponseStatus

# In lower case, as they are compared: gateways pass Gemini's words on in capitals. A reason
# that is missing here would let half an answer, or a filter's notice, be judged as an answer.
LENGTH_REASONS = frozenset(
    {"length", "max_tokens", "model_length", "max_output_tokens", "incomplete"}
    | {"model_context_window_exceeded"}
)
REFUSAL_REASONS = frozenset(
    {"content_filter", "content_filtered", "guardrail_intervened", "refusal", "safety"}
    | {"recitation", "blocklist", "prohibited_content", "spii", "language", "image_safety"}
    | {"model_armor"}
)


def is_end(reason: str | None, *, whole: frozenset[str]) -> bool:
    """Tell whether ``reason`` says how an answer ended: whole, at a limit, or declined.

    For interfaces whose own documents promise a reason with every answer. There a missing or
    an unknown one means that the answer broke off, or ended in a way that did not exist when
    this was written; half an answer must not be judged for a whole one. ``whole`` is in
    lower case.
    """
    word = (reason or "").lower()
    return word in whole or word in LENGTH_REASONS or word in REFUSAL_REASONS


def is_end_unknown(reply: Reply, *, limit: int | None) -> bool:
    """Tell whether nothing says how ``reply`` ended: neither a reason nor its count of tokens.

    Chat completions promise a reason, and some servers send none: KoboldCpp did so for whole
    answers, Ollama does, without any text, while a model is still being loaded. An answer
    shorter than the ``limit`` it was asked under ended by itself; without both figures it may as
    well be half of one, which must not be judged for a whole one. A count of 0 is no figure: it
    is what a server sends that has counted nothing.
    """
    if reply.finish_reason is not None or reply.refusal:
        return False
    if limit is None or not reply.completion_tokens:
        return True
    # All of the limit may go on reasoning. Below it an empty reply did not end: it never began,
    # and taken for an answer its prompt would not be asked again.
    return not has_visible_text(reply.text) and not _is_at(limit, reply.completion_tokens)


def status_of(reply: Reply, *, limit: int | None = None) -> ResponseStatus:
    """Return what ``reply`` is; ``limit`` is the most tokens that it was allowed.

    A refusal outranks a length limit, which outranks emptiness: a reply without text that
    stopped at its limit (all of it spent on reasoning, say) was truncated, not empty.
    """
    reason = (reply.finish_reason or "").lower()
    if reply.refusal or reason in REFUSAL_REASONS:
        return ResponseStatus.REFUSED
    if reason in LENGTH_REASONS or (not reason and _is_at(limit, reply.completion_tokens)):
        return ResponseStatus.TRUNCATED
    if not has_visible_text(reply.text):
        return ResponseStatus.EMPTY
    return ResponseStatus.ANSWERED


def _is_at(limit: int | None, n_tokens: int | None) -> bool:
    return limit is not None and n_tokens is not None and n_tokens >= limit
