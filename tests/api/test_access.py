"""Who may not use an address is told so before anything they sent is read."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from evalhub.api.context import SCOPE_BY_PART
from evalhub.core.people import SCOPE_ROLES, Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.web.conftest import Clock

OPEN = {"api_root"}
BODIES: dict[str, dict[str, Any]] = {
    "not JSON": {"data": b"{", "content_type": "application/json"},
    "a wrong shape": {"json": {"unknown": ["x"]}},
    "text nobody can keep": {"json": {"prompt_set": "\0"}},
    "a form": {"data": {"file": "x\0"}},
}


def api_rules(app: Flask) -> Iterator[tuple[Rule, str, Scope]]:
    """Yield every address of the API that needs a key, each method, and the scope it needs."""
    for rule in app.url_map.iter_rules():
        part = rule.endpoint.rpartition(".")[0]
        scope = SCOPE_BY_PART.get(part)
        if rule.rule.startswith("/api/") and part not in OPEN:
            assert scope is not None, rule
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, scope


def address(rule: Rule) -> str:
    """Return an address that the rule matches, with nothing behind it."""
    return re.sub(r"<[^>]+>", "x", re.sub(r"<int:[^>]+>", "1", rule.rule))


@pytest.fixture
def keys(database: Database, clock: Clock) -> dict[Scope, dict[str, str]]:
    """Give a key for each scope, of somebody whose role allows it."""
    holders: dict[Scope, Role] = {scope: min(SCOPE_ROLES[scope]) for scope in Scope}
    return {scope: bearer(database, role, scope, now=clock()) for scope, role in holders.items()}


def test_a_key_without_the_scope_is_refused_before_its_body_is_read(
    app: Flask, client: FlaskClient, keys: dict[Scope, dict[str, str]]
) -> None:
    statuses = {
        (rule.rule, method, name): client.open(
            address(rule),
            method=method,
            headers=next(k for s, k in keys.items() if s is not scope),
            **body,
        ).status_code
        for rule, method, scope in api_rules(app)
        for name, body in BODIES.items()
    }

    assert len(statuses) > 40
    assert {case: status for case, status in statuses.items() if status != 403} == {}


def test_without_a_key_nobody_learns_what_a_body_must_hold(app: Flask, client: FlaskClient) -> None:
    statuses = {
        (rule.rule, method): client.open(
            address(rule), method=method, json={"unknown": 1}
        ).status_code
        for rule, method, _ in api_rules(app)
    }

    assert set(statuses.values()) == {401}


def test_the_scope_of_the_table_is_the_one_that_each_view_asks_for(
    app: Flask, client: FlaskClient, keys: dict[Scope, dict[str, str]]
) -> None:
    refused = [
        (rule.rule, method)
        for rule, method, scope in api_rules(app)
        if client.open(address(rule), method=method, headers=keys[scope]).status_code in {401, 403}
    ]

    assert refused == []
