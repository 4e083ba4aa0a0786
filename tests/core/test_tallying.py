"""Counts of parts, added up."""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from evalhub.core.tallying import take_in


@dataclass
class Counts:
    """Count in each way there is."""

    n: int = 0
    words: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)
    text: str = ""


def test_each_kind_of_count_is_added_in_its_way() -> None:
    own = Counts(2, Counter(b=1), {"x"}, {"k": 1}, "kept")
    later = Counts(3, Counter(a=2, b=1, none=0), {"y"}, {"k": 2, "l": 3}, "left alone")

    take_in(own, later, ("n", "words", "names", "last"))

    assert own == Counts(5, Counter(b=2, a=2, none=0), {"x", "y"}, {"k": 2, "l": 3}, "kept")
    assert list(own.words) == ["b", "a", "none"]


def test_a_field_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="'text' is a str, which cannot be added up"):
        take_in(Counts(), Counts(), ("text",))
