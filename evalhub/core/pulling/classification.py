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
)


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
