"""Map every error to a status, in one table, for pages and API alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from evalhub.errors import (
    BadInput,
    Conflict,
    EndpointError,
    EstimationError,
    EvalHubError,
    Forbidden,
    NotFound,
    NotSignedIn,
    Problem,
    Sentence,
    StorageAway,
    TooManyAttempts,
    Withdrawn,
)
from evalhub.rim.incoming import UnreadableJson

STATUS_BY_ERROR: tuple[tuple[type[EvalHubError], HTTPStatus], ...] = (
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Withdrawn, HTTPStatus.GONE),
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Conflict, HTTPStatus.CONFLICT),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (EstimationError, HTTPStatus.CONFLICT),
    (EndpointError, HTTPStatus.BAD_GATEWAY),
    (StorageAway, HTTPStatus.SERVICE_UNAVAILABLE),
    (EvalHubError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The first class that fits decides; anything else is a fault of ours."""

SENTENCES: Mapping[int, str] = {
    400: Sentence("The request could not be read. Go back, reload the page and try again."),
    401: Sentence("Sign in to go on."),
    403: Sentence(
        "This was sent from another site or in another name than yours, so it was not taken."
    ),
    404: Sentence("There is nothing at this address, or not for you."),
    405: Sentence("This address does not take that kind of request."),
    408: Sentence("What you sent took too long to arrive. Nothing was changed; try again."),
    410: Sentence("What was here was taken back."),
    412: Sentence("What you have is another version than the one here. Get it again."),
    413: Sentence("What was sent is larger than this address takes."),
    414: Sentence("The address is longer than any of ours."),
    415: Sentence("This address does not take that kind of content."),
    416: Sentence("The file is shorter than the part that was asked for."),
    429: Sentence("Too many tries in a short time. Wait a little, then try again."),
    431: Sentence(
        "Your browser sent more about itself than we take. Delete this site's cookies, try again."
    ),
    500: Sentence("Something went wrong on our side. Nothing was changed."),
    503: Sentence("The database does not answer. Nothing was changed; try again in a moment."),
}
"""What is said when the error itself carries nothing fit to show.

The framework's own sentences are written for those who build sites ("Request forbidden --
authorization will not help"); whoever meets them here is a doctor between two patients.
"""

UNREADABLE = Sentence("The request could not be read.")
"""What a program is told instead of what a person is who can go back and reload a page."""

TITLES: Mapping[int, str] = {
    400: Sentence("This was not taken"),
    401: Sentence("You are not signed in"),
    403: Sentence("This is not open to you"),
    404: Sentence("Nothing is here"),
    405: Sentence("This cannot be done here"),
    408: Sentence("It took too long"),
    409: Sentence("This cannot be done now"),
    410: Sentence("This was taken back"),
    413: Sentence("This is too large"),
    414: Sentence("This address is too long"),
    415: Sentence("This cannot be read here"),
    422: Sentence("Something needs a change"),
    429: Sentence("Too many tries"),
    431: Sentence("Your browser sent too much"),
    500: Sentence("Something went wrong"),
    502: Sentence("The server of a model gave no fit answer"),
    503: Sentence("EvalHub is busy"),
}
"""What a page about a failure is called; any other is called by the name of its status."""

KEPT_HEADERS = frozenset({"Allow", "Retry-After", "Content-Range"})
"""What a failure's status requires to be said with it: a 416 names the length there is."""

SENT_IS_STORED = Sentence(
    "What you sent is stored, but the next page could not be shown. Reload it."
)
"""What is said instead when the fault came after the request's own work was committed."""

STALE_FORM = Sentence(
    "This form is too old or came from elsewhere. Go back, reload the page, send it again."
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Describe a failed request, ready to be shown as a page or as JSON."""

    status: HTTPStatus
    message: str
    problems: tuple[Problem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    """What the log calls this request."""

    @property
    def is_ours(self) -> bool:
        """Tell whether the fault is ours rather than the caller's."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def kind(self) -> str:
        """Return the failure's name in JSON, such as ``not_found``."""
        return self.status.name.lower()

    @property
    def title(self) -> str:
        """Return the failure's name on a page, such as ``Nothing is here``."""
        return TITLES.get(self.status, self.status.phrase.capitalize())


def failure_of(error: EvalHubError) -> Failure:
    """Describe an error that EvalHub raised on purpose."""
    status = next(status for kind, status in STATUS_BY_ERROR if isinstance(error, kind))
    # What went wrong inside is for the log; it may name rows and paths.
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return failure_of_status(status)
    problems = error.problems if isinstance(error, BadInput) else ()
    headers = (
        {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooManyAttempts) else {}
    )
    return Failure(status, error.message, problems, headers)


def after_commit(failure: Failure) -> Failure:
    """Return the failure of a request whose own work stands: it must not say otherwise."""
    return replace(failure, message=SENT_IS_STORED) if failure.is_ours else failure


def failure_of_http(error: HTTPException) -> Failure:
    """Describe an error that the framework raised, in our own words."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    # The framework's own words speak of a missing token, which says nothing to whoever left a page
    # open.
    if isinstance(error, CSRFError):
        return Failure(status, STALE_FORM)
    failure = failure_of_status(status, headers)
    if isinstance(error, UnreadableJson):
        return replace(failure, problems=(error.problem,))
    return failure


def to_program(failure: Failure) -> Failure:
    """Return the failure without advice that only somebody before a page can follow."""
    is_unread = failure.message == SENTENCES[HTTPStatus.BAD_REQUEST]
    return replace(failure, message=UNREADABLE) if is_unread else failure


def failure_of_status(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Failure:
    """Describe a failure of which only the status is known."""
    message = SENTENCES.get(status, status.description or status.phrase)
    return Failure(status, message, headers=headers or {})
