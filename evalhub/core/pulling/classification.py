"""Tell an answer from what must not be shown as one."""

from evalhub.core.pulling.outcomes import Reply
from evalhub.core.responses import ResponseStatus

LENGTH_REASONS = frozenset({"length", "max_tokens", "model_length", "MAX_TOKENS"})
REFUSAL_REASONS = frozenset({"content_filter", "refusal", "safety", "SAFETY"})


def status_of(reply: Reply) -> ResponseStatus:
    """Return what ``reply`` is.

    A refusal outranks a length limit, which outranks emptiness: a reply without text that
    stopped at its limit (all of it spent on reasoning, say) was truncated, not empty.
    """
    if reply.refusal or reply.finish_reason in REFUSAL_REASONS:
        return ResponseStatus.REFUSED
    if reply.finish_reason in LENGTH_REASONS:
        return ResponseStatus.TRUNCATED
    if not reply.text.strip():
        return ResponseStatus.EMPTY
    return ResponseStatus.ANSWERED
