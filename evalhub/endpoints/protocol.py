"""Say what a dialect does: write a question for a server and read its reply."""

from collections.abc import Mapping
from typing import Protocol

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Outcome, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question


class Dialect(Protocol):
    """Speak to one kind of server.

    ``reserved`` names the parameters that EvalHub itself sets in this dialect, and
    ``required`` those that an endpoint has to give, each with the reason. ``takes_seed``
    tells whether a question's seed has a place.
    """

    reserved: Mapping[str, str]
    required: Mapping[str, str]
    takes_seed: bool

    def url(self, spec: EndpointSpec) -> str:
        """Return the address that questions are posted to."""

    def address_problem(self, url: str, model: str) -> str:
        """Return why ``url`` cannot be the address of ``model``, or an empty text.

        Where the address itself names a model, the server answers as that one, and every answer
        would stand under the name of another.
        """

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Return the headers that carry the key."""

    def body(self, spec: EndpointSpec, question: Question) -> Mapping[str, Json]:
        """Return what is posted."""

    def read(self, status: int, body: str) -> Reply | Failure:
        """Read a complete HTTP reply; never raise, whatever came."""


class SharedLimits(Protocol):
    """Keep limits a minute that other processes share."""

    async def take(self, n_tokens: float) -> float:
        """Take the place of one request with ``n_tokens``; return the seconds to wait for it."""

    async def settle(self, n_tokens: float) -> None:
        """Count ``n_tokens`` more (below zero, less) for requests whose place was taken."""


class Asker(Protocol):
    """Ask one endpoint; what pulling needs of a client."""

    def request_sha256(self, question: Question) -> str:
        """Return the hash of what would be sent, by which an answer is known again."""

    async def ask(self, question: Question) -> Outcome:
        """Ask ``question`` within the endpoint's bounds and return what it ended in.

        Failures of the endpoint come back; only those of ``SharedLimits`` are raised.
        """
