"""What can go wrong for a program that speaks to a server of EvalHub.

ClientError
├── Unreachable      the server did not answer, however often it was asked
├── Refused          the server said no; carries its status, kind and problems
│   ├── KeyRefused   the key is unknown, expired or revoked, or lacks the scope
│   ├── NotThere     there is no such thing, or not for this key
│   ├── Rejected     what was sent breaks rules; each with its place
│   ├── NotNow       the present state does not allow it
│   ├── Changed      the file is no longer the one that the manifest names
│   └── TakenBack    the release was withdrawn; says why
├── UploadRefused    rows of an upload break rules; nothing was frozen
├── Damaged          bytes are not those that their hash promises
├── OtherRelease     the folder holds another release than the one asked for
├── UnknownTable     the release has no table of that name
├── NoSpace          the disk or its quota cannot hold what was asked for
├── TookTooLong      what was waited for is not over after the time given
└── Strange          the answer is none that EvalHub gives
"""

from collections.abc import Sequence
from http import HTTPStatus

from evalhub.errors import ClientError, Problem


class Unreachable(ClientError):
    """Report that the server did not answer, after every try that was worth making."""


class Refused(ClientError):
    """Report that the server said no."""

    def __init__(
        self, message: str, *, status: int, kind: str = "", problems: Sequence[Problem] = ()
    ) -> None:
        self.status = status
        self.kind = kind
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *(str(one) for one in self.problems)]))


class KeyRefused(Refused):
    """Report a key that is unknown, expired or revoked, or that lacks the scope."""


class NotThere(Refused):
    """Report that there is no such thing, or not for this key."""


class Rejected(Refused):
    """Report that what was sent breaks rules, each with its place."""


class NotNow(Refused):
    """Report a sound request that the present state does not allow."""


class Changed(Refused):
    """Report a file that is no longer the one that the manifest names."""


class TakenBack(Refused):
    """Report a release that was withdrawn, with the reason that was given."""


class UploadRefused(ClientError):
    """Report the rows of an upload that break rules, each with its place; nothing was frozen."""

    def __init__(self, problems: Sequence[Problem], *, n_bad: int) -> None:
        self.problems = tuple(problems)
        self.n_bad = n_bad
        super().__init__("\n".join(str(one) for one in self.problems))


class Damaged(ClientError):
    """Report bytes that are not those their hash promises, each file by name."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(one) for one in self.problems))


class OtherRelease(ClientError):
    """Report a folder that holds another release than the one asked for; nothing was fetched."""


class UnknownTable(ClientError):
    """Report names of tables that the release does not have, with those that it has."""


class NoSpace(ClientError):
    """Report that the disk or its quota cannot hold what was asked for."""


class TookTooLong(ClientError):
    """Report that what was waited for is not over after the time given."""


class Strange(ClientError):
    """Report an answer that EvalHub does not give, such as a proxy's page."""


REFUSALS: dict[int, type[Refused]] = {
    HTTPStatus.BAD_REQUEST: Rejected,
    HTTPStatus.UNAUTHORIZED: KeyRefused,
    HTTPStatus.FORBIDDEN: KeyRefused,
    HTTPStatus.NOT_FOUND: NotThere,
    HTTPStatus.CONFLICT: NotNow,
    HTTPStatus.PRECONDITION_FAILED: Changed,
    HTTPStatus.GONE: TakenBack,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Rejected,
    HTTPStatus.UNPROCESSABLE_ENTITY: Rejected,
    HTTPStatus.TOO_MANY_REQUESTS: NotNow,
}
"""What each status of a refusal is raised as; any other is a plain ``Refused``."""
