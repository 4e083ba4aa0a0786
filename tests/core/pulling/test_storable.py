"""Whatever an endpoint says can be stored in both databases."""

from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pulling.storable import has_visible_text, storable, storable_or_none


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


@given(st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp"])))
def test_spaces_and_controls_show_nothing(text: str) -> None:
    assert not has_visible_text(text)


@given(
    st.text(),
    st.characters(categories=["L", "N", "P"], exclude_characters="\u115f\u1160\u3164\uffa0"),
)
def test_one_letter_anywhere_shows(text: str, letter: str) -> None:
    assert has_visible_text(text + letter)
    assert has_visible_text(letter + text)
