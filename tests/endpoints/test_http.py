"""The HTTP client goes only to checked addresses and holds its limits."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.responses import ErrorKind
from evalhub.endpoints.errors import AttemptFailed, UrlBlocked
from evalhub.endpoints.guard import Resolver
from evalhub.endpoints.http import HttpClient, HttpReply, parse_url
from tests.endpoints.faults import (
    Behaviour,
    FaultServer,
    Handler,
    completion,
    cut_short,
    hang,
    reply,
    reset,
    stray,
)


def resolver(*addresses: str, calls: list[str] | None = None) -> Resolver:
    """Return a resolver that finds ``addresses`` for every name."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        if calls is not None:
            calls.append(host)
        return addresses

    return resolve


def post(
    url: str,
    *,
    allowed: str,
    resolve: Resolver,
    verify: ssl.SSLContext | None = None,
    n_times: int = 1,
) -> list[HttpReply]:
    """Post ``n_times`` with one client."""

    async def run() -> list[HttpReply]:
        client = HttpClient(
            url,
            max_connections=2,
            allowed_hosts=frozenset({allowed}),
            resolve=resolve,
            verify=verify,
        )
        async with client:
            return [await client.post(b"{}", headers={}, timeout_s=5.0) for _ in range(n_times)]

    return asyncio.run(run())


def test_the_name_is_sent_to_the_address_that_was_checked() -> None:
    with FaultServer(reply(200)) as server:
        url = f"http://model.example:{server.port}/v1"
        post(url, allowed="model.example", resolve=resolver("127.0.0.1"))

    assert server.headers[0]["host"] == f"model.example:{server.port}"


def test_names_are_looked_up_once_in_a_while_not_for_every_request() -> None:
    calls: list[str] = []
    with FaultServer(reply(200)) as server:
        url = f"http://model.example:{server.port}/v1"
        resolve = resolver("127.0.0.1", calls=calls)
        post(url, allowed="model.example", resolve=resolve, n_times=3)

    assert (server.n_calls, calls) == (3, ["model.example"])


@pytest.mark.parametrize(
    "url",
    [
        "https://a..b/",
        f"https://{'a' * 64}.example/",
        "https://①②⑦.0.0.1/",
        "https://[v1.x]/",
        "https://xn--a/",
    ],
    ids=["empty part", "long part", "circled digits", "IPvFuture", "wrong punycode"],
)
def test_an_address_that_cannot_be_read_is_blocked(url: str) -> None:
    with pytest.raises(UrlBlocked):
        HttpClient(url, max_connections=1, allowed_hosts=frozenset())


def test_an_address_without_a_host_cannot_be_read() -> None:
    with pytest.raises(UrlBlocked, match="names no host"):
        parse_url("https:///v1")


@given(st.text(max_size=60).map(lambda text: "https://" + text))
def test_any_text_is_read_or_a_clean_error(url: str) -> None:
    with contextlib.suppress(UrlBlocked):
        assert parse_url(url).host


def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    with FaultServer(reply(200)) as server:
        url = f"http://model.example:{server.port}/v1"
        resolve = resolver("::1", "127.0.0.1")
        (found,) = post(url, allowed="model.example", resolve=resolve)

    assert found.status == 200


@pytest.mark.parametrize(
    ("addresses", "kind"),
    [
        pytest.param(("10.1.2.3",), ErrorKind.BLOCKED, id="private"),
        pytest.param(("1.1.1.1", "169.254.169.254"), ErrorKind.BLOCKED, id="one of them private"),
        pytest.param((), ErrorKind.CONNECTION, id="no address"),
    ],
)
def test_a_name_that_leads_astray_is_not_followed(
    addresses: tuple[str, ...], kind: ErrorKind
) -> None:
    with pytest.raises(AttemptFailed) as caught:
        post("https://model.example/v1", allowed="other.example", resolve=resolver(*addresses))

    assert caught.value.failure.kind is kind


def test_a_name_that_nobody_knows_is_a_connection_failure() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(AttemptFailed, match="Name or service not known") as caught:
        post("https://nowhere.example/v1", allowed="", resolve=unknown)

    assert caught.value.failure.kind is ErrorKind.CONNECTION


def test_nobody_listening_is_a_connection_failure() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        with pytest.raises(AttemptFailed, match=r"127\.0\.0\.1 could not be reached"):
            post(url, allowed="127.0.0.1", resolve=resolver("127.0.0.1"))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (cut_short, "peer closed connection without sending complete message body"),
        (stray, "illegal status line"),
        (reset, ""),
    ],
    ids=["half a body", "no HTTP", "reset"],
)
def test_a_server_that_was_reached_is_not_told_as_out_of_reach(
    behaviour: Behaviour, reason: str
) -> None:
    said = rf"127\.0\.0\.1 broke off its answer: .*{reason}"
    with FaultServer(behaviour) as server, pytest.raises(AttemptFailed, match=said) as caught:
        post(server.url, allowed="127.0.0.1", resolve=resolver("127.0.0.1"))

    assert caught.value.failure.kind is ErrorKind.CONNECTION


def test_redirects_are_handed_back_not_followed() -> None:
    headers = {"Location": "http://127.0.0.1:1/"}
    with FaultServer(reply(307, headers=headers)) as server:
        (found,) = post(server.url, allowed="127.0.0.1", resolve=resolver("127.0.0.1"))

    assert (found.status, server.n_calls) == (307, 1)


def test_cookies_are_not_kept() -> None:
    with FaultServer(reply(200, headers={"Set-Cookie": "a=b"})) as server:
        post(server.url, allowed="127.0.0.1", resolve=resolver("127.0.0.1"), n_times=2)

    assert "cookie" not in server.headers[1]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with FaultServer(reply(200)) as server:
        post(server.url, allowed="127.0.0.1", resolve=resolver("127.0.0.1"))

    assert server.n_calls == 1


def hang_when_told(handler: Handler, number: int) -> None:
    """Hang by what is asked, not by its number: a call given up may never have arrived."""
    is_told = handler.server.owner.bodies[number - 1] == b'"hang"'
    (hang if is_told else reply(200))(handler, number)


def test_a_connection_that_was_given_up_does_not_hold_its_place() -> None:
    async def run(url: str) -> tuple[ErrorKind, int]:
        client = HttpClient(url, max_connections=1, allowed_hosts=frozenset({"127.0.0.1"}))
        async with client:
            with pytest.raises(AttemptFailed) as caught:
                await client.post(b'"hang"', headers={}, timeout_s=0.05)
            # Generous: only a place that is still held could make this one wait.
            answered = await client.post(b"{}", headers={}, timeout_s=30.0)
        return caught.value.failure.kind, answered.status

    with FaultServer(hang_when_told) as server:
        kind, status = asyncio.run(run(server.url))

    assert (kind, status) == (ErrorKind.TIMEOUT, 200)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for model.example, which is its own authority."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(  # noqa: S603 - a fixed command
        [
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=model.example", "-addext", "subjectAltName=DNS:model.example",
            "-keyout", str(path.with_name("key.pem")), "-out", str(path),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return path


def tls_server(certificate: Path) -> FaultServer:
    """Return a server that speaks TLS as model.example."""
    server = FaultServer(reply(200, completion()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    inner = server._server  # noqa: SLF001 - the helper's own
    inner.socket = context.wrap_socket(inner.socket, server_side=True)
    return server


def test_tls_names_the_host_and_checks_its_certificate(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    with tls_server(certificate) as server:
        url = f"https://model.example:{server.port}/v1"
        (found,) = post(
            url, allowed="model.example", resolve=resolver("127.0.0.1"), verify=trusting
        )

    assert found.status == 200


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"], ids=["other name", "address"])
def test_a_certificate_for_another_name_is_refused(certificate: Path, host: str) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    with tls_server(certificate) as server, pytest.raises(AttemptFailed) as caught:
        url = f"https://{host}:{server.port}/v1"
        post(url, allowed=host, resolve=resolver("127.0.0.1"), verify=trusting)

    assert caught.value.failure.kind is ErrorKind.CONNECTION
    assert "certificate" in str(caught.value)


def test_a_certificate_of_an_unknown_authority_is_refused(certificate: Path) -> None:
    with tls_server(certificate) as server, pytest.raises(AttemptFailed, match="certificate"):
        url = f"https://model.example:{server.port}/v1"
        post(url, allowed="model.example", resolve=resolver("127.0.0.1"))
