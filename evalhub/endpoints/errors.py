"""Name the ways in which asking an endpoint fails.

EndpointError
├── MissingKey       the key that the endpoint names is not in the environment
├── UnknownDialect   no dialect of that name is known
├── WrongAddress     the address names another model than the endpoint does
└── AttemptFailed    one attempt brought no complete reply; carries the failure
    └── UrlBlocked   the URL guard does not let the address through
"""

from evalhub.core.pulling.outcomes import Failure
from evalhub.core.responses import ErrorKind
from evalhub.errors import EndpointError


class MissingKey(EndpointError):
    """Report that an endpoint's key is missing or cannot be sent; never carries the key."""


class UnknownDialect(EndpointError):
    """Report that an endpoint names a dialect that nobody speaks."""


class WrongAddress(EndpointError):
    """Report that an endpoint's address leads to another model than the one it is kept under."""


class AttemptFailed(EndpointError):
    """Report that one attempt brought no complete reply."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        self.failure = Failure(kind, message)
        super().__init__(message)


class UrlBlocked(AttemptFailed):
    """Report that the URL guard does not let an address through."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorKind.BLOCKED, message)
