"""What two answers share, and the figures that only one of them has."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.judging.differing import MAX_WORDS, differences

A = "Take 500 mg twice a day. Call 112 if breathing gets worse within 1.5 hours."
B = "Call 112 if breathing **gets worse** within 2.5 hours! Take 50 mg."


def test_figures_of_one_answer_only_are_its_own() -> None:
    a, b = differences(A, B)

    assert [A[slice(*span)] for span in a.own] == ["500", "1.5"]
    assert [B[slice(*span)] for span in b.own] == ["2.5", "50"]


def test_words_that_both_have_in_a_row_are_shared_whatever_stands_between() -> None:
    a, b = differences(A, B)

    assert [A[slice(*span)] for span in a.shared] == ["Call 112 if breathing gets worse within"]
    assert [B[slice(*span)] for span in b.shared] == ["Call 112 if breathing **gets worse** within"]


def test_a_few_words_in_common_are_chance() -> None:
    a, b = differences("You should take it.", "You should take it slowly.")

    assert a.shared == b.shared == ()


def test_answers_too_long_to_compare_still_show_their_figures() -> None:
    long = "word " * (MAX_WORDS + 1)

    a, b = differences(long + "5", long + "6")

    assert a.shared == b.shared == ()
    assert len(a.own) == len(b.own) == 1


@given(st.text(), st.text())
def test_spans_are_in_order_and_the_answers_are_equals(one: str, other: str) -> None:
    a, b = differences(one, other)

    for text, found in ((one, a), (other, b)):
        for spans in (found.own, found.shared):
            assert all(0 <= start < end <= len(text) for start, end in spans)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert len(a.shared) == len(b.shared)
