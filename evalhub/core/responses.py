"""Name what came back when an endpoint was asked, so that only answers are shown as answers."""

from enum import StrEnum


class ResponseStatus(StrEnum):
    """What one call to an endpoint ended in."""

    ANSWERED = "answered"
    """A complete, non-empty answer; the only status that is shown to an annotator."""
    EMPTY = "empty"
    """The endpoint answered without any text."""
    TRUNCATED = "truncated"
    """The answer stopped at a length limit."""
    REFUSED = "refused"
    """The endpoint declined in a refusal field or filtered the content."""
    ERROR = "error"
    """No answer: the attempts or the time ran out, or the request is hopeless."""


class ErrorKind(StrEnum):
    """Why a response is an error."""

    REJECTED = "rejected"
    """The endpoint refused the request itself (400, 404, 422); asking again is hopeless."""
    UNAUTHORISED = "unauthorised"
    """The key is missing, wrong or not allowed (401, 403)."""
    QUOTA = "quota"
    """The account's quota is used up."""
    RATE_LIMITED = "rate_limited"
    """Still limited (429) when the attempts or the time ran out."""
    SERVER = "server"
    """The endpoint failed (5xx) until the attempts or the time ran out."""
    TIMEOUT = "timeout"
    """No complete reply within the time allowed."""
    CONNECTION = "connection"
    """The endpoint could not be reached."""
    MALFORMED = "malformed"
    """The reply was not what the dialect promises; the message quotes what came."""
    BLOCKED = "blocked"
    """The endpoint's address is not allowed by the URL guard."""


HOPELESS: frozenset[ErrorKind] = frozenset(
    {ErrorKind.REJECTED, ErrorKind.UNAUTHORISED, ErrorKind.QUOTA, ErrorKind.BLOCKED}
)
"""Kinds that another attempt cannot mend; they are never retried within a pull."""
