"""Send requests to a server of EvalHub, again where that is safe, and raise what it refuses."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx

from evalhub.client.errors import REFUSALS, Refused, Strange, Unreachable
from evalhub.client.patience import Patience, RetryPolicy
from evalhub.errors import BadInput, Problem

PREFIX = "/api/v1"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that pass by themselves."""

NOT_TAKEN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Those of them that say the request was not acted on, so that any request may be sent again."""


class Transport:
    """Hold the connection pool and the key; one may be used by several threads."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        policy: RetryPolicy,
        timeout_s: float,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._policy = policy
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 - spreads waits, guards nothing
        # Redirects are not followed: a key must not be carried to where a server points.
        self._http = httpx.Client(
            base_url=_checked(base_url),
            headers={"Authorization": f"Bearer {_checked_key(key)}", "Accept": "application/json"},
            timeout=httpx.Timeout(timeout_s),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def patience(self) -> Patience:
        """Return a fresh count of tries."""
        return Patience(self._policy, self._sleep, self._rng)

    def send(
        self,
        method: str,
        path: str,
        *,
        is_repeatable: bool,
        **what: Any,  # noqa: ANN401 - handed to the HTTP library as it is
    ) -> bytes:
        """Return the body of a success; raise a ``Refused`` for anything else.

        ``is_repeatable`` says that the same request may arrive twice. One that may not is sent
        again only where the server cannot have acted on it: the connection never stood, or the
        answer says so.
        """
        patience = self.patience()
        retried = BUSY if is_repeatable else NOT_TAKEN
        while True:
            try:
                answer = self._http.request(method, PREFIX + path, **what)
            except httpx.TransportError as error:
                if not (is_repeatable or isinstance(error, NEVER_SENT)):
                    raise Unreachable(
                        f"{method} {path}: {_reason(error)}; whether it arrived is not known."
                    ) from error
                patience.wait(f"{method} {path}: {_reason(error)}")
                continue
            if answer.is_success:
                return answer.content
            asked_s = asked_wait(answer)
            # A limit that lasts an hour is news for whoever called, and not a pause.
            if answer.status_code not in retried or asked_s > self._policy.longest_asked_s:
                raise refusal(answer)
            patience.wait(str(refusal(answer)), asked_s=asked_s)

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Yield the answer to one GET before its body is read; nothing is sent again here."""
        with self._http.stream("GET", PREFIX + path, headers=dict(headers)) as answer:
            yield answer


NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures after which no byte of the request has left."""


def refusal(answer: httpx.Response) -> Refused | Strange:
    """Return the error that an answer stands for; its body must have been read."""
    status = answer.status_code
    try:
        told = json.loads(answer.content)["error"]
        problems = [Problem(str(one["where"]), str(one["rule"])) for one in told["problems"]]
        message, kind = str(told["message"]), str(told["kind"])
    except (ValueError, KeyError, TypeError):
        place = answer.request.url.path
        return Strange(f"{place} answered with status {status} and nothing that EvalHub says.")
    # The message of a rejection is the list of its problems already.
    if message == "\n".join(str(one) for one in problems):
        message = f"The server refused what was sent ({kind})."
    return REFUSALS.get(status, Refused)(message, status=status, kind=kind, problems=problems)


def asked_wait(answer: httpx.Response) -> float:
    """Return the seconds that ``Retry-After`` asks for, 0 where it asks for none."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _checked(base_url: str) -> str:
    """Return the address; raise ``BadInput`` where a key would travel in the clear."""
    url = httpx.URL(base_url)
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadInput.at("base_url", f"{base_url!r} is no address such as https://HOST")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise BadInput.at("base_url", f"{base_url!r} would send the key unencrypted; use https")
    return base_url.rstrip("/")


def _checked_key(key: str) -> str:
    key = key.strip()
    # Without the key: what is wrong with a secret is not repeated into logs.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise BadInput.at("key", "is no API key; it begins with evh_ and holds no blank")
    return key


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
