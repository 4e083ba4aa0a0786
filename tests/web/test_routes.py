"""Every address: it stays, it asks who is there, and nothing sent to it gives a 500."""

import io
import itertools
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from evalhub.core.people import Role
from tests.web.conftest import SignIn
from tests.web.pages import token_of

GOLDEN = Path(__file__).parents[1] / "golden" / "routes.txt"
OPEN = frozenset(
    {
        *("/health", "/health/live", "/health/ready", "/ready", "/metrics"),
        *("/sign-in", "/sign-out", "/language", "/api/v1/", "/api/v1/openapi.json"),
        *("/verify", "/verify/key", "/verify/<public_id>", "/verify/<public_id>.json"),
    }
)
"""Addresses that anybody may ask for."""

NASTY = {
    "plain": "x",
    "nul": "a%00b",
    "bad utf-8": "%ff%fe",
    "surrogate": "%ed%a0%80",
    "dots": "..%2f..%2fetc%2fpasswd",
    "long": "x" * 3000,
    "digits": "9" * 5000,
    "negative": "-1",
    "quotes": "'\"><script>",
    "bidi": "%e2%80%ae",
    "crlf": "a%0d%0ab",
    "percent": "%25s%25n{{7*7}}",
}


def rules_of(app: Flask) -> list[Rule]:
    """Return every rule but that of static files."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def filled(rule: Rule, value: str) -> str:
    """Return the address of a rule with ``value`` in every place."""
    return re.sub(r"<[^>]+>", lambda _: value, rule.rule)


def nasty_addresses(app: Flask) -> list[str]:
    """Return each address with each nasty value in its places, and in its query, all of them once.

    Several rules share an address, a method each, and a third of the addresses have no place.
    """
    return sorted(
        {
            path
            for rule, value in itertools.product(rules_of(app), NASTY.values())
            for path in (
                filled(rule, value),
                f"{filled(rule, '1')}?q={value}&page={value}&x={value}",
            )
        }
    )


def addresses_taking(app: Flask, method: str) -> list[str]:
    """Return the addresses that take what is sent by ``method``, and two that do not.

    Where nothing is taken, it is refused before a body is looked at: a page and an address of the
    API show that.
    """
    taking = [rule for rule in rules_of(app) if method in methods_of(rule) and is_lasting(rule)]
    return sorted({filled(rule, "1") for rule in taking} | {"/account", "/api/v1/"})


def is_lasting(rule: Rule) -> bool:
    """Tell whether the sign-in is still there after the form of a rule was sent."""
    return rule.rule not in {"/sign-out", "/account/sessions/end"}


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


@pytest.fixture
def everyone(app: Flask, sign_in: SignIn) -> dict[str, FlaskClient]:
    """Give three browsers: of somebody with every role, of somebody with none, of nobody."""
    clients = {name: app.test_client() for name in ("all roles", "no role", "stranger")}
    sign_in(clients["all roles"], Role)
    sign_in(clients["no role"])
    return clients


def test_no_address_disappears(app: Flask) -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    known = {line for line in lines if line and not line.startswith("#")}

    present = {f"{method} {rule.rule}" for rule in rules_of(app) for method in methods_of(rule)}

    assert known - present == set(), "an address that people may have kept is gone"
    assert present - known == set(), f"append the new addresses to {GOLDEN.name}"


def test_addresses_are_kept_in_order() -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    addresses = [line for line in lines if not line.startswith("#")]

    assert addresses == sorted(addresses, key=lambda line: (line.split()[1], line))


def test_every_address_asks_who_is_there(app: Flask) -> None:
    client = app.test_client()
    for rule in rules_of(app):
        if "GET" not in methods_of(rule) or rule.rule in OPEN | {"/invitations/<token>"}:
            continue
        response = client.get(filled(rule, "1"))
        asks = response.status_code == 401 or (response.location or "").startswith("/sign-in")
        assert asks, rule.rule


@pytest.mark.parametrize(
    ("database_url", "who"),
    # PostgreSQL takes less than SQLite does; whoever may do nothing hardly reaches either.
    [
        ("postgresql", "all roles"),
        ("sqlite", "all roles"),
        ("sqlite", "no role"),
        ("sqlite", "stranger"),
    ],
    indirect=["database_url"],
)
def test_no_address_fails_at_what_stands_in_it(
    app: Flask, everyone: dict[str, FlaskClient], who: str
) -> None:
    client = everyone[who]
    for path in nasty_addresses(app):
        with client.get(path) as response:
            assert response.status_code < 500, path
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("database_url", "who"),
    [("postgresql", "all roles"), ("sqlite", "all roles"), ("sqlite", "stranger")],
    indirect=["database_url"],
)
def test_no_form_fails_at_what_is_typed(
    app: Flask, everyone: dict[str, FlaskClient], who: str
) -> None:
    """Send each form with a good token and nonsense under every name that forms here use."""
    client = everyone[who]
    token = token_of(client.get("/account", follow_redirects=True))
    fields = ("name", "email", "roles", "scopes", "days", "title", "slug", "action", "overall")
    forms = [rule for rule in rules_of(app) if "POST" in methods_of(rule) and is_lasting(rule)]
    for rule, value in itertools.product(forms, NASTY.values()):
        body = "&".join([f"csrf_token={token}", *(f"{field}={value}" for field in fields)])
        kind = "application/x-www-form-urlencoded"
        with client.post(filled(rule, "1"), data=body, content_type=kind) as response:
            assert response.status_code < 500, (rule.rule, value)


BODIES = {
    "empty": (b"", "application/json"),
    "broken json": (b"{", "application/json"),
    "deep json": (b"[" * 200_000, "application/json"),
    "deep object": (b'{"a":' * 100_000, "application/json"),
    "long number": (b"1" * 5000, "application/json"),
    "infinity": (b'{"a": 1e999}', "application/json"),
    "key twice": (b'{"a": 1, "a": 2}', "application/json"),
    "surrogate": (b'{"name": "\\ud800"}', "application/json"),
    "nul": (b'{"name": "\\u0000", "slug": "\\u0000"}', "application/json"),
    "list": (b"[]", "application/json"),
    "text": (b'"text"', "application/json"),
    "null": (b"null", "application/json"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "application/json"),
    "latin-1": ('{"a": "é"}'.encode("latin-1"), "application/json"),
    "bom": (b'\xef\xbb\xbf{"a": 1}', "application/json"),
    "unknown charset": (b"{}", "application/json; charset=klingon"),
    "no boundary": (b"--x\r\n", "multipart/form-data"),
    "wrong boundary": (b"--x\r\n\r\n", "multipart/form-data; boundary=y"),
    "cut part": (b"--x\r\nContent-Disp", "multipart/form-data; boundary=x"),
    "part without a name": (
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
    "bad part header": (
        b'--x\r\nContent-Disposition: form-data; name="\xff\x00"\r\n\r\na\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    "many parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 3000 + b"--x--",
        "multipart/form-data; boundary=x",
    ),
    "long file name": (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + b"a" * 100_000
        + b'"\r\n\r\n1\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    "many fields": (b"&".join(b"a=1" for _ in range(20_000)), "application/x-www-form-urlencoded"),
    "long field": (b"a=" + b"x" * 900_000, "application/x-www-form-urlencoded"),
    "binary form": (bytes(range(256)), "application/x-www-form-urlencoded"),
    "unknown type": (b"x", "x/y; =;;; charset"),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("group", range(4))
def test_no_address_fails_at_what_is_sent(
    app: Flask, everyone: dict[str, FlaskClient], group: int
) -> None:
    client = everyone["all roles"]
    headers = {"X-CSRFToken": token_of(client.get("/account"))}
    sent = [(method, path) for method in ("POST", "PUT") for path in addresses_taking(app, method)]
    for (method, path), name in itertools.product(sent, sorted(BODIES)[group::4]):
        body, kind = BODIES[name]
        with client.open(
            path, method=method, data=body, content_type=kind, headers=headers
        ) as response:
            assert response.status_code < 500, (path, method, name)


HEADERS: tuple[dict[str, str], ...] = (
    {"Cookie": "evalhub=" + "x" * 5000},
    {"Cookie": "evalhub=.eJx; evalhub=\xff; =; ;;; a"},
    {"Cookie": "\x7f\x01=1"},
    {"Accept": ";q=,;;"},
    {"Accept-Language": "x" * 8000},
    {"Content-Length": "-1"},
    {"Content-Length": "x"},
    {"Range": "bytes=5-1,x"},
    {"If-None-Match": '"' * 99},
    {"If-Modified-Since": "the day before yesterday"},
    {"Authorization": "\xff\xfe"},
    {"Origin": "x" * 5000},
    {"User-Agent": "\xff" * 500},
    {"Host": "x" * 5000},
    {"Host": "127.0.0.1:port"},
    {"X-Forwarded-For": "'; DROP TABLE person; --"},
    {"Transfer-Encoding": "chunked"},
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_header_breaks_a_page(app: Flask, sign_in: SignIn) -> None:
    client = app.test_client()
    sign_in(client, Role)
    paths = ("/", "/sign-in", "/account", "/api/v1/", "/static/evalhub.css", "/nowhere")
    methods = ("GET", "POST", "HEAD", "OPTIONS", "PATCH")
    for headers, path, method in itertools.product(HEADERS, paths, methods):
        with client.open(
            path, method=method, headers=headers, input_stream=io.BytesIO(b"{}")
        ) as response:
            assert response.status_code < 500, (path, method, headers)
