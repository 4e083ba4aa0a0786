"""Endpoints may not lead this server into its own network."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.endpoints.errors import UrlBlocked
from evalhub.endpoints.guard import (
    Target,
    check_address,
    checked_addresses,
    system_resolver,
    target_of,
)

PUBLIC = Target("https", "model.example", 443, is_allowed=False)
NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://api.example.com/v1", "api.example.com", 443),
        ("https://API.example.com:8443/v1?api-version=1", "api.example.com", 8443),
        ("https://example.com.", "example.com", 443),
        ("https://1.1.1.1/v1", "1.1.1.1", 443),
        ("https://[2606:4700:4700::1111]/v1", "2606:4700:4700::1111", 443),
    ],
)
def test_public_https_addresses_pass(url: str, host: str, port: int) -> None:
    assert target_of(url, NOBODY) == Target("https", host, port, is_allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com/v1",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "http://example.com/v1",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com/#x",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1",
        "https://exa mple.com/",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/\n",
        "https://example.com/" + "x" * 2000,
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fec0::1]/",
        "https://a..b/",
        "https://.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'ä' * 60}.example.com/",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UrlBlocked):
        target_of(url, NOBODY)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:db8::1",
        "fec0::1",
        "::7f00:1",
        "::808:808",
        "::ffff:0:7f00:1",
        "::ffff:0:808:808",
        "100::1",
        "5f00::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "192.88.99.1",
        "::ffff:192.88.99.1",
        "2002:c058:6301::1",
        "64:ff9b::7f00:1",
        "64:ff9b::1:808:808",
        "64:ff9b:1:7f00:0:100:808:808",
        "64:ff9b:1::808:808",
        "4000::1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(UrlBlocked, match=r"model\.example leads to .* not a public address"):
        check_address(address, PUBLIC)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "192.88.98.1"],
    ids=["IPv4", "IPv6", "mapped", "NAT64", "beside the relays"],
)
def test_public_addresses_pass(address: str) -> None:
    check_address(address, PUBLIC)


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8001/v1"),
        ("127.0.0.1:8001", "http://127.0.0.1:8001/v1"),
        ("GPU.internal", "http://gpu.internal/v1"),
        ("gpu.internal:443", "https://gpu.internal/v1"),
    ],
)
def test_allowed_hosts_may_be_private_and_plain(allowed: str, url: str) -> None:
    target = target_of(url, frozenset({allowed}))

    check_address("10.0.0.1", target)
    assert target.is_allowed


@pytest.mark.parametrize("allowed", ["127.0.0.1:9", "127.0.0.2", "0.0.1"])
def test_other_ports_and_hosts_are_not_allowed(allowed: str) -> None:
    with pytest.raises(UrlBlocked):
        target_of("http://127.0.0.1:8001/v1", frozenset({allowed}))


@given(st.text(max_size=60) | st.text(max_size=60).map(lambda text: "https://" + text))
def test_any_text_is_a_target_or_a_clean_error(url: str) -> None:
    with contextlib.suppress(UrlBlocked):
        assert target_of(url, NOBODY).host


def test_the_system_knows_this_machine() -> None:
    async def run() -> Sequence[str]:
        return await system_resolver("localhost", 80)

    assert {"127.0.0.1", "::1"} & set(asyncio.run(run()))


@pytest.mark.parametrize("host", ["a..b", "a" * 64], ids=["empty part", "long part"])
def test_a_name_that_cannot_be_encoded_is_an_error_of_the_system(host: str) -> None:
    async def ask() -> Sequence[str]:
        return await system_resolver(host, 80)

    with pytest.raises(OSError, match="is not a host name"):
        asyncio.run(ask())


PRIVATE = st.one_of(
    *(
        st.ip_addresses(network=network)
        for network in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16")
    )
)


@given(PRIVATE, st.sampled_from(["{}", "::ffff:{}", "64:ff9b::{}"]))
def test_no_wrapping_makes_a_private_address_public(
    address: ipaddress.IPv4Address, form: str
) -> None:
    with pytest.raises(UrlBlocked):
        check_address(form.format(address), PUBLIC)


@given(PRIVATE)
def test_no_6to4_address_leads_to_a_private_one(address: ipaddress.IPv4Address) -> None:
    wrapped = ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80) | 1)

    with pytest.raises(UrlBlocked):
        check_address(str(wrapped), PUBLIC)


@given(
    st.text(max_size=60)
    | st.builds("https://{}".format, st.text(max_size=60))
    | st.builds("https://[{}]:{}/".format, st.text(max_size=20), st.text(max_size=8))
)
def test_any_text_is_a_target_or_is_blocked(url: str) -> None:
    with contextlib.suppress(UrlBlocked):
        target = target_of(url, NOBODY)

        assert target.scheme == "https"
        assert target.host


def test_a_name_that_leads_elsewhere_at_the_next_look_is_checked_again() -> None:
    answers = iter([("1.1.1.1",), ("169.254.169.254",)])

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    target = target_of("https://model.example/v1", NOBODY)

    assert asyncio.run(checked_addresses(target, rebinding)) == ("1.1.1.1",)
    with pytest.raises(UrlBlocked, match=r"leads to 169\.254\.169\.254"):
        asyncio.run(checked_addresses(target, rebinding))
