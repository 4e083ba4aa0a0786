import io
from contextlib import closing

import pytest
from flask import Flask, Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from evalhub.core.canonical import Json
from evalhub.errors import BadInput
from evalhub.rim.incoming import (
    MAX_FIELDS,
    MAX_PROBLEMS,
    StrictJson,
    check_form_json,
    check_host,
    check_text,
    json_texts,
)


@pytest.fixture
def plain() -> Flask:
    """Give an application without anything in it."""
    return Flask("test")


@pytest.fixture
def strict() -> StrictJson:
    """Give the strict reader of JSON."""
    return StrictJson(Flask("test"))


def request_of(**parts: object) -> Request:
    builder = EnvironBuilder(method="POST", **parts)  # type: ignore[arg-type]  # any part of a request
    request = Request(builder.get_environ())
    builder.close()
    request.json_module = StrictJson(Flask("test"))
    return request


def test_json_is_read(strict: StrictJson) -> None:
    assert strict.loads('{"a": [1, 2.5, null, "é"]}') == {"a": [1, 2.5, None, "é"]}


@pytest.mark.parametrize(
    "text",
    ["{", '{"a": 1, "a": 2}', "[NaN]", "[Infinity]", "[" * 100_000, "1" * 5000],
    ids=["cut off", "key twice", "nan", "infinity", "deep", "long number"],
)
def test_what_is_no_json_is_a_value_error(strict: StrictJson, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        strict.loads(text)


def test_every_text_and_number_is_seen_with_its_place() -> None:
    value: Json = {"a": ["x", {"b": 1}], "c": None}

    assert set(json_texts(value)) == {
        ("body, a key", "a"),
        ("body, a key", "c"),
        ("body.a[0]", "x"),
        ("body.a[1], a key", "b"),
        ("body.a[1].b", 1),
    }


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"path": "/a\0b"}, "the address"),
        ({"query_string": "q=%00"}, "query field 'q'"),
        ({"query_string": "%00=q"}, "query, a name"),
        ({"data": {"name": "a\0"}}, "form field 'name'"),
        ({"data": {"a\0": "x"}}, "form, a name"),
        ({"data": {"file": (io.BytesIO(b""), "a\0.csv")}}, "file 'file'"),
        ({"json": {"a": ["\0"]}}, "body.a[0]"),
        ({"json": {"\0": 1}}, "body, a key"),
        ({"json": {"a": "\ud800"}}, "body.a"),
        ({"json": {"a": 2**63}}, "body.a"),
        ({"data": b'{"a": 1e999}', "content_type": "application/json"}, "body.a"),
    ],
    ids=range(11),
)
def test_text_that_no_field_can_hold_is_refused(
    plain: Flask, parts: dict[str, object], where: str
) -> None:
    with (
        plain.app_context(),
        closing(request_of(**parts)) as request,
        pytest.raises(BadInput) as caught,
    ):
        check_text(request)

    assert caught.value.problems[0].where == where


@pytest.mark.parametrize(
    "parts",
    [
        {"path": "/projects/é"},
        {"query_string": "q=%ff%fe"},
        {"data": {"why": "both are right\n\t✓ 🙂"}},
        {"json": {"a": [1, -(2**63) + 1, 0.5, True, None, "é"]}},
        {"content_type": "application/json"},
    ],
    ids=["path", "bad utf-8", "form", "json", "no body"],
)
def test_ordinary_text_is_taken(plain: Flask, parts: dict[str, object]) -> None:
    with plain.app_context(), closing(request_of(**parts)) as request:
        check_text(request)


def test_a_part_without_a_name_is_refused() -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--"
    kind = "multipart/form-data; boundary=x"

    with pytest.raises(BadInput, match="form, a name"):
        check_text(request_of(input_stream=io.BytesIO(body), content_type=kind))


def test_too_many_fields_are_refused() -> None:
    fields = {f"f{n}": "x" for n in range(MAX_FIELDS + 1)}

    with pytest.raises(RequestEntityTooLarge):
        check_text(request_of(data=fields))


def test_not_every_bad_place_is_listed() -> None:
    request = request_of(query_string="&".join(f"q{n}=%00" for n in range(100)))

    with pytest.raises(BadInput) as caught:
        check_text(request)

    assert len(caught.value.problems) == MAX_PROBLEMS


@pytest.mark.parametrize("value", ["[" * 100_000, "1" * 5000], ids=["deep", "long number"])
def test_form_values_that_choke_a_parser_are_refused(value: str) -> None:
    with pytest.raises(BadInput, match="form field 'a'"):
        check_form_json(request_of(data={"a": value}))


def test_form_values_need_not_be_json() -> None:
    check_form_json(request_of(data={"a": "plain text", "b": "[1]"}))


@pytest.mark.parametrize("host", ["hub.example.org", "hub.example.org:443", "HUB.example.org"])
def test_our_host_is_taken(host: str) -> None:
    check_host(request_of(headers={"Host": host}), frozenset({"hub.example.org"}))


@pytest.mark.parametrize("host", ["evil.example", "", "hub.example.org.evil.example"])
def test_another_host_is_refused(host: str) -> None:
    with pytest.raises(BadRequest):
        check_host(request_of(headers={"Host": host}), frozenset({"hub.example.org"}))


def test_a_broken_host_is_refused() -> None:
    request = request_of()
    request.host = "[broken"

    with pytest.raises(BadRequest):
        check_host(request, frozenset({"hub.example.org"}))
