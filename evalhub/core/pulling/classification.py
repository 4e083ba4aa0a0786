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


def status_of(reply: Reply) -> ResponseStatus:
    """Return what ``reply`` is.

    A refusal outranks a length limit, which outranks emptiness: a reply without text that
    stopped at its limit (all of it spent on reasoning, say) was truncated, not empty.
    """
    reason = (reply.finish_reason or "").lower()
    if reply.refusal or reason in REFUSAL_REASONS:
        return ResponseStatus.REFUSED
    if reason in LENGTH_REASONS:
        return ResponseStatus.TRUNCATED
    if not has_visible_text(reply.text):
        return ResponseStatus.EMPTY
    return ResponseStatus.ANSWERED
