"""Canonical JSON: equal content, equal bytes."""

import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import (
    StoredJson,
    canonical_bytes,
    canonical_json,
    content_hash,
    sha256_hex,
    stored_json,
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_written_reads_back_and_writes_the_same(value: object) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]  # hypothesis cannot name the type

    assert canonical_json(json.loads(text)) == text


def test_the_order_of_keys_does_not_matter() -> None:
    assert content_hash({"b": 1, "a": [2]}) == content_hash({"a": [2], "b": 1})


def test_text_is_kept_readable_and_compact() -> None:
    assert canonical_json({"é": ["x", None]}) == '{"é":["x",null]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")], ids=["nan", "infinity"])
def test_numbers_that_json_cannot_carry_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(value)


def test_text_is_hashed_as_utf_8() -> None:
    assert sha256_hex("é") == hashlib.sha256("é".encode()).hexdigest() == sha256_hex("é".encode())


without_decimals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(without_decimals)
def test_the_faster_writer_writes_the_same_where_there_are_no_decimals(value: object) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]  # hypothesis cannot name the type

    assert canonical_bytes(value) == text.encode()  # type: ignore[arg-type]  # as above


def test_the_faster_writer_knows_what_is_larger_than_64_bits_and_escapes() -> None:
    assert canonical_bytes({"b": 2**70, "a": "\x1b\x7f\u2028"}) == (
        b'{"a":"\\u001b\x7f\xe2\x80\xa8","b":1180591620717411303424}'
    )


@given(st.dictionaries(st.text(), st.lists(st.integers(-9, 9) | st.text() | st.none())))
def test_a_stored_object_is_what_it_was_and_is_written_as_it_was(value: dict[str, object]) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]  # hypothesis cannot name the type

    stored = stored_json(text)

    assert isinstance(stored, StoredJson)
    assert stored == value
    assert len(stored) == len(value)
    assert canonical_bytes(["before", stored]) == f'["before",{text}]'.encode()
    assert canonical_json({"in": stored}) == f'{{"in":{text}}}'


def test_what_is_stored_and_no_object_is_read_at_once() -> None:
    assert [stored_json(text) for text in ("[1,2]", "null", '"{"')] == [[1, 2], None, "{"]


@pytest.mark.parametrize("write", [canonical_json, canonical_bytes])
@pytest.mark.parametrize(
    "value", [object(), set(), b"", {}.items()], ids=lambda one: str(type(one))
)
def test_what_is_no_json_is_refused(write: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError):
        write({"at": value})
