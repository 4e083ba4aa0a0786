"""Read why an endpoint failed from its status and error body, whatever shape that has."""

from collections.abc import Mapping

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.responses import ErrorKind

QUOTED = 300
"""Characters of an unexpected body that a message quotes."""

_KINDS = {
    # 402, 408, 409 and 425 are rare; the rest of 4xx says that this very request is wrong.
    401: ErrorKind.UNAUTHORISED,
    402: ErrorKind.QUOTA,
    403: ErrorKind.UNAUTHORISED,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.SERVER,
    424: ErrorKind.SERVER,  # TGI and Bedrock: the model failed while it wrote.
    425: ErrorKind.SERVER,
    429: ErrorKind.RATE_LIMITED,
}
_QUOTA_CODES = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_error", "billing_not_active"}
)
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})


def read_failure(status: int, body: Json) -> Failure | Reply:
    """Return the failure behind an HTTP status other than 2xx.

    ``body`` is the parsed JSON, or the text when it was none. A content filter that
    answers 400 is the endpoint declining, so it comes back as a refusing ``Reply``.
    """
    # A 5xx with such a code is a filter that broke, not one that decided: it is tried again.
    message, codes = _message_and_codes(body)
    if status < 500 and codes & _FILTER_CODES:  # noqa: PLR2004 - server errors start at 500
        return Reply(text="", refusal=message, finish_reason="content_filter")
    told = " (redirects are not followed)" if _is_redirect(status) else ""
    return Failure(_kind(status, codes), f"HTTP {status}{told}: {message}")


def quoted(text: str) -> str:
    """Return the first characters of an unexpected body, for a message."""
    clean = " ".join(text.split())
    return clean[:QUOTED] + ("…" if len(clean) > QUOTED else "") if clean else "(empty body)"


def _kind(status: int, codes: frozenset[str]) -> ErrorKind:
    # Comes as 429 like a rate limit, but waiting does not mend it.
    if codes & _QUOTA_CODES:
        return ErrorKind.QUOTA
    if status >= 500:  # noqa: PLR2004 - server errors start at 500
        return ErrorKind.SERVER
    if _is_redirect(status):
        return ErrorKind.BLOCKED
    return _KINDS.get(status, ErrorKind.REJECTED)


def _is_redirect(status: int) -> bool:
    return 300 <= status < 400  # noqa: PLR2004 - the statuses that say where else to go


def _message_and_codes(body: Json) -> tuple[str, frozenset[str]]:
    """Return the message and the codes of ``{"error": …}``, ``{"detail": …}`` or anything else."""
    if not isinstance(body, Mapping):
        return quoted(body if isinstance(body, str) else str(body)), frozenset()
    error = body.get("error", body)
    if not isinstance(error, Mapping):
        return quoted(str(error)), frozenset()
    codes = {str(error[name]) for name in ("code", "type") if error.get(name) is not None}
    inner = error.get("innererror")
    if isinstance(inner, Mapping) and inner.get("code") == "ResponsibleAIPolicyViolation":
        codes.add("content_filter")
    text = error.get("message") or error.get("detail") or str(error)
    return quoted(str(text)), frozenset(codes)
