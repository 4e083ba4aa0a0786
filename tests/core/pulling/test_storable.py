"""Whatever an endpoint says can be stored in both databases."""

from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pulling.storable import storable, storable_or_none


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_storable(text: str) -> None:
    clean = storable(text)

    clean.encode("utf-8")
    assert "\x00" not in clean


def test_control_characters_stay_and_lone_surrogates_are_replaced() -> None:
    assert storable("a\x00b\x17\x1e\ud800c") == "ab\x17\x1e\ufffdc"


def test_text_is_cut_to_its_column() -> None:
    assert storable("abcdef", limit=3) == "abc"


def test_none_stays_none() -> None:
    assert (storable_or_none(None, limit=3), storable_or_none("abcd", limit=3)) == (None, "abc")
