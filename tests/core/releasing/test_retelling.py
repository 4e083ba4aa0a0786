"""Numbers of a document are held against those made anew, and its words may be older."""

import pytest

from evalhub.core.releasing.retelling import differences

WANTED = """# A set, 1.0.0

## Tables

| `pairs` | train | 1,234 |
| `ties` | train | 12 |

## Who judged

93 judgments by 6 annotators; +0.5% and 82.6% of them, sha256 `{sha256}`.

## Use

max_length=4096
""".format(sha256="ab" * 32)


def found(text: str, *, stated: str = "", passed_over: tuple[str, ...] = ("Use",)) -> list[str]:
    made = differences(text, WANTED, stated=stated, passed_over=passed_over)
    return [f"{one.line_number}: {one.found}, {one.wanted}" for one in made]


def test_the_document_itself_differs_in_nothing() -> None:
    assert found(WANTED) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("train | 1,234 |", "train | 1,235 |", "5: 1,235, 1,234"),
        ("train | 12 |", "train | 1,200 |", "6: 1,200, 12"),
        ("by 6 annotators", "by 9 annotators", "10: 9, 6"),
        ("82.6%", "99.6%", "10: 99.6%, 82.6%"),
        ("+0.5%", "-0.5%", "10: -0.5%, +0.5%"),
        ("ab" * 32, "cd" * 32, f"10: {'cd' * 32}, {'ab' * 32}"),
        ("1.0.0", "2.0.0", "1: 2.0.0, 1.0.0"),
    ],
    ids=["with commas", "more digits", "in a sentence", "share", "sign", "hash", "version"],
)
def test_a_number_in_the_same_words_must_be_the_same(before: str, after: str, told: str) -> None:
    assert found(WANTED.replace(before, after)) == [told]


def test_words_and_numbers_within_words_may_be_others() -> None:
    text = WANTED.replace("93 judgments by 6 annotators", "6 people (response1) gave 93 answers")

    assert found(text) == []


def test_a_number_in_other_words_must_be_stated_somewhere() -> None:
    text = WANTED.replace("93 judgments by 6 annotators", "6 experts gave 930 answers")

    assert found(text) == ["10: 930, None"]
    assert found(text, stated='{"n": 930}') == []


def test_a_line_that_stands_twice_is_missed_once() -> None:
    row = "| `ties` | train | 12 |"
    text = WANTED.replace(row, f"{row}\n| `ties` | train | 13 |")

    assert found(text) == ["7: 13, None"]


def test_sections_that_state_nothing_are_passed_over() -> None:
    text = WANTED.replace("4096", "2048")

    assert found(text) == []
    assert found(text, passed_over=()) == ["14: 2048, 4096"]
