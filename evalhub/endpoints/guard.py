"""Let requests go only where endpoints may be.

A person who may register an endpoint must not be able to make this server talk to its own
network. So the address must be https and, after its name is resolved, public; the client
connects to exactly the addresses that were checked, so a name that resolves differently a
moment later changes nothing. Hosts in the setting EVALHUB_ENDPOINT_ALLOW are exempt.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from evalhub.endpoints.errors import UrlBlocked

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
IPV6_ROUTED = (ipaddress.IPv6Network("2000::/3"), NAT64)
"""Where public IPv6 addresses lie; the standard library counts all unassigned space as global."""
NOT_PUBLIC = (
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv6Network("2001:db8::/32"),
    ipaddress.IPv6Network("3fff::/20"),
)
"""6to4 relays and documentation, some of which the standard library counts as global."""
MAXIMUM_URL_LENGTH = 2000
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Hold where a URL points, and whether its host is on the allow-list."""

    scheme: str
    host: str
    port: int
    is_allowed: bool


def target_of(url: str, allowed_hosts: frozenset[str]) -> Target:
    """Return where ``url`` points.

    Raise ``UrlBlocked`` that names the rule when it is not an address an endpoint may have;
    a host that is an IP address is checked here already.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _PORTS or not host:
        raise UrlBlocked(f"{url[:200]!r} is not an http(s) address.")
    if parts.username is not None or parts.password is not None:
        raise UrlBlocked("The address must not carry a user name or password.")
    if parts.fragment:
        raise UrlBlocked(f"{url[:200]!r} must not have a fragment (#…).")
    # The name would be encoded anyway when it is looked up, as an error deep in the resolver.
    _check_labels(host)
    allowed = {entry.lower() for entry in allowed_hosts}
    target = Target(parts.scheme, host, port, bool({host, f"{host}:{port}"} & allowed))
    if target.scheme != "https" and not target.is_allowed:
        raise UrlBlocked(
            f"{url[:200]!r} must use https, or its host must be in EVALHUB_ENDPOINT_ALLOW."
        )
    _check_literal(target)
    return target


async def checked_addresses(target: Target, resolve: Resolver) -> tuple[str, ...]:
    """Return the addresses of ``target``'s host; raise ``UrlBlocked`` unless all may be used."""
    # One bad address condemns the name: which one is reached is not ours to choose.
    found = tuple(dict.fromkeys(await resolve(target.host, target.port)))
    for text in found:
        check_address(text, target)
    return found


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Return the addresses the system finds for ``host``; raise ``OSError`` when it has none."""
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host[:200]!r} is not a host name") from error
    return [str(row[4][0]) for row in rows]


def check_address(text: str, target: Target) -> None:
    """Raise ``UrlBlocked`` when ``text`` is not a public address and the host is not allowed."""
    # What follows % names a network interface, which the address module may refuse.
    address = ipaddress.ip_address(text.split("%", 1)[0])
    if target.is_allowed or all(_is_public(inner) for inner in _with_embedded(address)):
        return
    raise UrlBlocked(
        f"{target.host} leads to {address}, which is not a public address; "
        "an administrator can allow the host in EVALHUB_ENDPOINT_ALLOW."
    )


def _split(url: str) -> tuple[SplitResult, int]:
    if len(url) > MAXIMUM_URL_LENGTH or not url.isprintable() or " " in url or "\\" in url:
        raise UrlBlocked(f"{url[:200]!r} is not an http(s) address.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlBlocked(f"{url[:200]!r} is not an http(s) address.") from error
    return parts, _PORTS.get(parts.scheme, 0) if port is None else port


def _check_labels(host: str) -> None:
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise UrlBlocked(
            f"{host[:200]!r} is not a host name: each part between dots takes 1 to 63 characters "
            "that a name may have."
        ) from error


def _check_literal(target: Target) -> None:
    try:
        ipaddress.ip_address(target.host)
    except ValueError:
        return
    check_address(target.host, target)


def _is_public(address: Address) -> bool:
    if any(address in block for block in NOT_PUBLIC):
        return False
    is_ipv6 = isinstance(address, ipaddress.IPv6Address)
    if is_ipv6 and not any(address in block for block in IPV6_ROUTED):
        return False
    return address.is_global and not address.is_multicast


def _with_embedded(address: Address) -> list[Address]:
    """Return ``address`` and every IPv4 address that is wrapped in it."""
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv4Address):
        return found
    found += [inner for inner in (address.ipv4_mapped, address.sixtofour) if inner is not None]
    if address.teredo is not None:
        found += address.teredo
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    # Python counts ::ffff:0:0/96 as not global whatever it wraps: the wrapped address decides.
    return found[1:] if address.ipv4_mapped is not None else found
