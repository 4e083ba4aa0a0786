"""The API's front door, its description, and its errors."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError

from evalhub import __version__
from evalhub.api.problems import validation_failure
from evalhub.api.root import ServiceBody


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1"])
def test_the_front_door_names_the_service(client: FlaskClient, path: str) -> None:
    assert client.get(path).get_json() == {
        "service": "EvalHub",
        "version": __version__,
        "openapi": "/api/v1/openapi.json",
    }


def test_the_description_lists_every_address(app: Flask, client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").get_json()

    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    described = {path.replace("{", "<").replace("}", ">") for path in description["paths"]}
    assert description["openapi"] == "3.1.0"
    assert description["components"]["securitySchemes"] == {
        "key": {"type": "http", "scheme": "bearer"}
    }
    assert {re.sub(r"<\w+:", "<", rule) for rule in rules} - described == {"/api/v1/openapi.json"}


def test_every_described_address_says_how_it_fails(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").get_json()

    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation.get("summary"), path
            assert path == "/api/v1/" or {"401", "403"} <= operation["responses"].keys(), path


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\0", "application/json", 400),
        (b"{}", "application/json", 422),
        (b'"' + b"x" * 2**21 + b'"', "application/json", 413),
        (b"a", "multipart/form-data; boundary=x", 422),
    ],
    ids=["unreadable", "incomplete", "large", "no-json"],
)
def test_what_a_bad_body_gives_is_described(
    client: FlaskClient, body: bytes, kind: str, status: int
) -> None:
    described = client.get("/api/v1/openapi.json").get_json()["paths"]

    for path in ("/api/v1/pulls", "/api/v1/prompt-uploads"):
        got = client.post(path, data=body, content_type=kind).status_code
        assert got in {status, 401}
        assert str(got) in described[path]["post"]["responses"]


@pytest.mark.parametrize("path", ["/{project}/{version}/files/{path}", "/{project}/{version}"])
def test_what_a_download_can_answer_is_described(client: FlaskClient, path: str) -> None:
    described = client.get("/api/v1/openapi.json").get_json()["paths"]

    responses = described[f"/api/v1/releases{path}"]["get"]["responses"].keys()

    parts = {"206", "416"} if path.endswith("{path}") else set()
    assert {"200", "304", "404", "409", *parts} <= responses


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/v1/nowhere", "not_found"),
        ("POST", "/api/v1/", "method_not_allowed"),
        ("GET", "/api/v1?q=%00", "unprocessable_entity"),
        ("GET", "/api/v1/?q=%00", "unprocessable_entity"),
    ],
)
def test_errors_have_one_shape(client: FlaskClient, method: str, path: str, kind: str) -> None:
    body = client.open(path, method=method).get_json()

    assert body["error"].keys() == {"kind", "message", "problems", "request_id"}
    assert body["error"]["kind"] == kind


def test_problems_name_place_and_rule(client: FlaskClient) -> None:
    body = client.get("/api/v1/?q=%00").get_json()

    assert body["error"]["problems"] == [
        {"where": "query field 'q'", "rule": "holds a character that cannot be kept (NUL)"}
    ]


def test_a_field_that_breaks_its_schema_is_named(app: Flask) -> None:
    with pytest.raises(ValidationError) as caught:
        ServiceBody.model_validate({"service": "EvalHub", "version": 7})

    with app.test_request_context("/api/v1/"):
        response = validation_failure(caught.value)

    body = response.get_json()
    assert response.status_code == 422
    assert [problem["where"] for problem in body["error"]["problems"]] == ["version", "openapi"]
