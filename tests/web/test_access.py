"""Who may use which address: one table for the whole site, asked of every role alone.

A view that loses its guard, or gets a wider one, shows here as a line that differs. The table is
read by people: a change to it is a decision about who sees what.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.services.api_keys import allowed_scopes
from tests.api.keys import bearer
from tests.web.conftest import Clock, SignIn
from tests.web.pages import token_of
from tests.web.test_routes import OPEN, filled, methods_of, rules_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GOLDEN = Path(__file__).parents[1] / "golden" / "access.txt"
UNGUARDED = OPEN | {"/invitations/<token>"}
"""Addresses that ask for no sign-in; a link is its own permission."""
ENDING = frozenset({"/account/sessions/end"})
"""Addresses after which the sign-in would be gone for the next one."""


def guarded(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield every address of a page that asks who is there, with its method."""
    for rule in rules_of(app):
        if rule.rule not in UNGUARDED | ENDING and not rule.rule.startswith("/api/"):
            yield from ((method, rule) for method in methods_of(rule))


def table() -> dict[str, frozenset[str]]:
    """Return the roles that each address is for, as the golden file has them."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    parts = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {address: roles_of(words) for address, words in parts}


def roles_of(words: str) -> frozenset[str]:
    """Return the roles that a line names; who is signed in without a role is ``nobody``."""
    everybody = {role.value for role in Role} | {"nobody"}
    return frozenset(everybody if words == "everybody" else words.split())


def is_let_in(client: FlaskClient, method: str, path: str, csrf: str) -> bool:
    """Tell whether a person comes past the guard; what lies behind may be missing."""
    with client.open(path, method=method, headers={"X-CSRFToken": csrf}) as response:
        assert response.status_code < 500, path
        assert (response.location or "").startswith("/sign-in") is False, path
        return response.status_code != 403


def test_every_page_is_for_the_roles_that_the_table_says(app: Flask, sign_in: SignIn) -> None:
    found: dict[str, set[str]] = {f"{method} {rule.rule}": set() for method, rule in guarded(app)}

    for role in (None, *Role):
        client = app.test_client()
        sign_in(client, [role] if role else [])
        csrf = token_of(client.get("/account"))
        for method, rule in guarded(app):
            if is_let_in(client, method, filled(rule, "999"), csrf):
                found[f"{method} {rule.rule}"].add(role.value if role else "nobody")

    known = table()
    assert found.keys() == known.keys(), f"bring the addresses of {GOLDEN.name} up to date"
    assert {address: frozenset(roles) for address, roles in found.items()} == known


@pytest.mark.parametrize("role", Role)
def test_a_key_opens_what_its_scopes_name_and_nothing_else(
    app: Flask, client: FlaskClient, database: Database, clock: Clock, role: Role
) -> None:
    scopes = sorted(allowed_scopes([role]))
    headers = bearer(database, role, *scopes, now=clock()) if scopes else {}
    opened = {
        Scope.PROJECTS_READ: "/api/v1/projects/1/board",
        Scope.PROMPTS_WRITE: "/api/v1/prompt-sets",
        Scope.ENDPOINTS_WRITE: "/api/v1/endpoints",
        Scope.PULLS_WRITE: "/api/v1/pulls/1",
        Scope.RELEASES_READ: "/api/v1/releases",
        Scope.REPORTS_WRITE: "/api/v1/releases/1/1/reports",
        Scope.OPERATIONS_WRITE: "/api/v1/operations",
        Scope.QUALIFICATIONS_WRITE: "/api/v1/applications",
        Scope.CONSENT_WITHDRAW: "/api/v1/consent",
    }
    assert set(opened) == set(Scope), "name an address of the new scope"

    statuses = {
        scope: client.get(path, headers=headers).status_code for scope, path in opened.items()
    }

    refused = 403 if scopes else 401
    for scope, status in statuses.items():
        assert status in ({200, 404} if scope in scopes else {refused}), scope


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_sign_in_is_no_key_and_a_key_is_no_sign_in(
    app: Flask, client: FlaskClient, database: Database, sign_in: SignIn, clock: Clock, method: str
) -> None:
    sign_in(client, Role)
    headers = bearer(database, Role.ADMIN, Scope.PROJECTS_READ, now=clock())
    stranger = app.test_client()

    with_cookie = client.open("/api/v1/pulls/1", method="GET")
    with_key = stranger.open(
        "/account/keys" if method == "POST" else "/account", method=method, headers=headers
    )

    assert with_cookie.status_code == 401
    assert (with_key.status_code, with_key.location[:8]) == (303, "/sign-in")
