"""Words that somebody read are found where the Markdown has them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.judging.places import MAX_PLACES, find_places

TEXT = """## Dose

Take **500 mg** of _paracetamol_, then wait.

1. Drink water
2. Rest at [home](https://nhs.example/rest "Rest well") until well

Write `&lt;b&gt;` for a tag; salt &amp; pepper.

Un\u00adbe\u200blievable \u202eafter\u202c marks \u2192 done.
"""


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("then wait", "then wait"),
        ("then\n  wait.", "then wait."),
        ("Take 500 mg of paracetamol", "Take **500 mg** of _paracetamol"),
        ("drink water rest at", "Drink water\n2. Rest at"),
        (
            "at home until well",
            'at [home](https://nhs.example/rest "Rest well") until well',
        ),
        ("Write <b> for a", "Write `&lt;b&gt;` for a"),
        ("salt & pepper", "salt &amp; pepper"),
        ("unbelievable after marks", "Un\u00adbe\u200blievable \u202eafter\u202c marks"),
        ("\u2192", "\u2192"),
    ],
)
def test_what_is_read_is_found_where_it_is_written(quote: str, stands: str) -> None:
    assert [TEXT[start:end] for start, end in find_places(quote, TEXT)] == [stands]


@pytest.mark.parametrize("quote", ["", "  ", "600 mg", "then waits", "aracetamol then", "\u2190"])
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert find_places(quote, TEXT) == ()


def test_words_that_stand_often_are_found_each_time_in_order() -> None:
    text = "rest, *rest* and rest; arrest"

    assert find_places("rest", text) == ((0, 4), (7, 11), (17, 21), (25, 29))
    assert find_places("REST", text) == ((0, 4), (7, 11), (17, 21))


def test_places_do_not_overlap_and_end_somewhere() -> None:
    assert find_places("a a", "a a a a a") == ((0, 3), (4, 7))
    assert len(find_places("x", "x" * 1_000)) == MAX_PLACES


@given(st.text(min_size=1), st.text(), st.text())
def test_words_put_into_a_text_are_found_there(words: str, before: str, after: str) -> None:
    found = find_places(words, before + words + after)

    assert bool(found) is bool(words.split())
    assert all(0 <= start < end <= len(before + words + after) for start, end in found)


@given(st.text(), st.text())
def test_places_stand_in_order_within_the_text(quote: str, text: str) -> None:
    found = find_places(quote, text)

    assert list(found) == sorted(found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
