"""Post JSON to endpoints; the only module that imports the HTTP client.

It works on httpx's transport, below the client that follows redirects, keeps cookies and
reads proxies from the environment: none of that may happen here.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from types import TracebackType
from typing import Self

import httpx

from evalhub.core.responses import ErrorKind
from evalhub.endpoints.bodies import read_body
from evalhub.endpoints.errors import AttemptFailed, UrlBlocked
from evalhub.endpoints.guard import Resolver, checked_addresses, system_resolver, target_of

CONNECT_TIMEOUT_S = 10.0
"""Well below an attempt's own limit, so that a dead address leaves time for the next one."""
ADDRESSES_KEPT_S = 60.0
"""Asking for the name before each request doubles the load of a resolver; a minute is what
most providers say themselves."""
BROKEN_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What ends an exchange with a server that was reached: whoever mends it need not look for a
name, a port or a firewall."""
NOT_REACHED = "could not be reached"


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Hold one complete HTTP reply; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: float


def parse_url(url: str) -> httpx.URL:
    """Return ``url`` as the HTTP client reads it; raise ``UrlBlocked`` when it cannot."""
    try:
        parsed = httpx.URL(url)
        readable = bool(parsed.host)  # Decodes the name, which fails for a wrong "xn--" part.
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UrlBlocked(f"{url[:200]!r} is not an http(s) address: {error}") from error
    if not readable:
        raise UrlBlocked(f"{url[:200]!r} names no host.")
    return parsed


class HttpClient:
    """Keep connections to one endpoint, at most ``max_connections``.

    Every request passes the URL guard and goes to an address that it checked, under the
    name that the URL gives (Host header and TLS name).
    """

    def __init__(
        self,
        url: str,
        *,
        max_connections: int,
        allowed_hosts: frozenset[str],
        resolve: Resolver = system_resolver,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._target = target_of(url, allowed_hosts)
        self._url = parse_url(url)
        self._resolve = resolve
        self._addresses: tuple[httpx.URL, ...] = ()
        self._addresses_until = 0.0
        self._tls = (verify or _default_tls()) if self._target.scheme == "https" else False
        self._free = asyncio.Semaphore(max_connections)
        self._idle: list[httpx.AsyncHTTPTransport] = []
        self._opened: list[httpx.AsyncHTTPTransport] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Those on loan too: an asker that was cancelled has not handed its connection back.
        for transport in self._opened:
            await transport.aclose()

    async def post(self, body: bytes, *, headers: Mapping[str, str], timeout_s: float) -> HttpReply:
        """Post ``body`` and return the complete reply.

        Raise ``AttemptFailed`` with its kind. ``timeout_s`` bounds the whole exchange, so a
        server that sends a byte a second cannot hold it open.
        """
        try:
            async with asyncio.timeout(timeout_s), self._free, self._connection() as transport:
                # Waiting for a free connection counts as well, or a full pool would never end.
                return await self._exchange(transport, body, headers, timeout_s)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise AttemptFailed(
                ErrorKind.TIMEOUT, f"No complete reply within {timeout_s:.3g} s."
            ) from error
        except (OSError, httpx.TransportError) as error:
            reason = str(error) or type(error).__name__
            what = "broke off its answer" if isinstance(error, BROKEN_OFF) else NOT_REACHED
            raise AttemptFailed(
                ErrorKind.CONNECTION, f"{self._target.host} {what}: {reason}"
            ) from error

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[httpx.AsyncHTTPTransport]:
        """Lend a connection, the one used last first.

        Each transport holds one connection: httpcore looks at every connection of a pool
        for every request, which took longer than the rest of a request at 64 of them.
        """
        transport = self._idle.pop() if self._idle else self._open()
        try:
            yield transport
        finally:
            self._idle.append(transport)

    def _open(self) -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(
            verify=self._tls,
            trust_env=False,  # A proxy of the environment would make the URL guard's check void.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        self._opened.append(transport)
        return transport

    async def _exchange(
        self,
        transport: httpx.AsyncHTTPTransport,
        body: bytes,
        headers: Mapping[str, str],
        timeout_s: float,
    ) -> HttpReply:
        request = partial(self._request, body=body, headers=headers, timeout_s=timeout_s)
        addresses = await self._checked_addresses()
        for address in addresses[:-1]:
            try:
                return await _send(transport, request(address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # Nothing was sent yet; the next address may be reachable.
        return await _send(transport, request(addresses[-1]))

    async def _checked_addresses(self) -> tuple[httpx.URL, ...]:
        """Return the URL at each checked address, looked up anew once a minute."""
        now = asyncio.get_running_loop().time()
        if now >= self._addresses_until:
            found = await checked_addresses(self._target, self._resolve)
            self._addresses = tuple(self._url.copy_with(host=address) for address in found)
            self._addresses_until = now + ADDRESSES_KEPT_S
        if not self._addresses:
            raise OSError("the name has no address")
        return self._addresses

    def _request(
        self, address: httpx.URL, *, body: bytes, headers: Mapping[str, str], timeout_s: float
    ) -> httpx.Request:
        return httpx.Request(
            "POST",
            address,
            headers={
                "Host": self._url.netloc.decode("ascii"),
                "Accept": "application/json",
                # Unpacking costs more than the network saves on a few kilobytes of answer.
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                "User-Agent": "evalhub",
                **headers,
            },
            content=body,
            extensions={
                "timeout": httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S).as_dict(),
                # The address in the URL is a number; the certificate is checked against the name.
                "sni_hostname": self._target.host,
            },
        )


async def _send(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> HttpReply:
    started = time.perf_counter()
    response = await transport.handle_async_request(request)
    try:
        found = {name.lower(): value for name, value in response.headers.items()}
        content = await read_body(response.aiter_raw(), encoding=found.get("content-encoding", ""))
    finally:
        await response.aclose()
    latency_ms = (time.perf_counter() - started) * 1000
    return HttpReply(response.status_code, found, content, latency_ms)


@lru_cache(maxsize=1)
def _default_tls() -> ssl.SSLContext:
    """Return the TLS settings that all clients share; loading the authorities is slow."""
    return httpx.create_ssl_context(trust_env=False)
