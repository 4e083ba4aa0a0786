import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.text import decode_text, is_utf8
from evalhub.errors import BadInput


def test_utf8_text_is_returned_as_it_is() -> None:
    text = "Prüfung, 検査, \U0001f9ea\r\n"

    assert decode_text(text.encode(), where="a.txt") == text


def test_a_utf_8_mark_is_cut_off_where_it_may_stand() -> None:
    assert decode_text("\ufeffa\ufeff".encode(), where="a.csv", may_have_mark=True) == "a\ufeff"
    with pytest.raises(BadInput, match=r"a\.csv: starts with a UTF-16 byte order mark"):
        decode_text("a".encode("utf-16"), where="a.csv", may_have_mark=True)


def test_no_bytes_are_empty_text() -> None:
    assert decode_text(b"", where="a.txt") == ""


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param("a".encode("utf-8-sig"), "UTF-8 byte order mark", id="utf-8 mark"),
        pytest.param("a".encode("utf-16"), "UTF-16 byte order mark", id="utf-16 little"),
        pytest.param(b"\xfe\xff\x00a", "UTF-16 byte order mark", id="utf-16 big"),
        pytest.param("a".encode("utf-32"), "UTF-32 byte order mark", id="utf-32 little"),
        pytest.param(b"\x00\x00\xfe\xff\x00\x00\x00a", "UTF-32 byte order mark", id="utf-32 big"),
    ],
)
def test_a_byte_order_mark_is_refused_by_name(data: bytes, rule: str) -> None:
    with pytest.raises(BadInput, match=f"a.txt: starts with a {rule}"):
        decode_text(data, where="a.txt")


def test_the_place_in_a_single_line_names_no_line_of_its_own() -> None:
    with pytest.raises(BadInput, match=r"a.jsonl line 7: has a NUL byte at byte 2; text"):
        decode_text(b"ab\x00", where="a.jsonl line 7")


def test_a_nul_byte_is_refused_with_its_offset_and_line() -> None:
    with pytest.raises(BadInput, match=r"a.txt: has a NUL byte at byte 4 \(line 2\)"):
        decode_text(b"ab\nc\x00d", where="a.txt")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        pytest.param("eins\ncaf\xe9".encode("latin-1"), r"0xE9 at byte 8 \(line 2\)", id="latin-1"),
        pytest.param(b"ok \xed\xa0\x80", "0xED at byte 3", id="surrogate"),
        pytest.param(b"\xc0\xaf", "0xC0 at byte 0", id="overlong"),
        pytest.param(b"cut \xe2\x82", "0xE2 at byte 4", id="cut short"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_with_their_place(data: bytes, place: str) -> None:
    with pytest.raises(BadInput, match=f"byte {place} is not UTF-8"):
        decode_text(data, where="a.txt")


@given(st.binary())
def test_bytes_that_are_not_utf8_are_known_once_they_are_text(data: bytes) -> None:
    text = data.decode("utf-8", errors="surrogateescape")

    assert is_utf8(text) is (data.decode(errors="ignore").encode() == data)
