"""Spots are drawn in a text without changing what it looks like otherwise."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalhub.web.rendering import MAX_FORMATTED, render_alike, render_text
from evalhub.web.spots import Spot, SpotKind

TEXT = """## Dose\r
\r
Take **500 mg** of _paracetamol_, then `wa
it` &amp; see \\* x $a+b$ end.

- one [home](https://x.example "a title") two
- ![a picture](https://x.example/p.png) b

> a | b
> quoted

| head | a\\|b |
|---|---|
| x **y** | z |

```python

x = 1 + "abc"  # <b>
```

    indented & code

$$x^2$$

The end \ufdd0+0\ufdd1.
"""


def drawn(text: str, *spots: Spot) -> str:
    return str(render_alike(text, spots=(spots,))[0])


def marked(start: str, end: str) -> list[str]:
    """Return the runs that a mark from the words ``start`` to the words ``end`` is drawn in."""
    first = TEXT.index(start)
    spot = Spot(first, TEXT.index(end, first) + len(end), SpotKind.MARK, 7)
    return re.findall(r"<mark[^>]*>(.*?)</mark>", drawn(TEXT, spot), re.DOTALL)


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        ("500", "para", ["500 mg", " of ", "para"]),
        ("of _", "then `wa", ["of ", "paracetamol", ", then ", "wa"]),
        ("see", "x ", ["see * x "]),
        ("one", "two", ["one ", "home", "(x.example)", " two"]),
        ("quoted", "quoted", ["quoted"]),
        ("y**", "z", ["y", "z"]),
        ("1 +", '"ab', ["1", "+", '"ab']),
        ("# <b", "# <b", ["# &lt;b"]),
        ("indented &", "code", ["indented &amp; code"]),
    ],
)
def test_a_mark_is_drawn_around_its_words_within_the_tags(
    start: str, end: str, runs: list[str]
) -> None:
    plain = [re.sub(r"<[^>]+>", "", run) for run in marked(start, end)]

    assert [run for run in plain if run.strip()] == runs


def test_a_formula_is_drawn_whole() -> None:
    found = marked("x $a", "b$")

    assert [run.startswith("<math") for run in found] == [False, True]


def test_the_first_run_of_each_mark_has_its_name() -> None:
    html = drawn("one *two* three", Spot(0, 15, SpotKind.MARK, 1), Spot(5, 8, SpotKind.MARK, 2))

    assert re.findall(r'id="([^"]+)"', html) == ["mark-1", "mark-2"]
    assert html.count("<mark") == 4


def test_what_is_not_read_has_no_place_to_be_drawn() -> None:
    start = TEXT.index("x.example/p")

    assert "<mark" not in drawn(TEXT, Spot(start, start + 9, SpotKind.MARK, 1))


def test_shared_and_own_words_are_told_apart() -> None:
    html = drawn("Take 5 mg", Spot(0, 9, SpotKind.SHARED), Spot(5, 6, SpotKind.OWN))

    assert '<span class="is-shared">Take </span>' in html
    assert html.count('class="is-own"') == 1


def without_spots(html: str) -> str:
    """Return HTML without the tags that spots are drawn with."""
    return re.sub(r"</?mark[^>]*>", "", html)


@settings(deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
@example(0, len(TEXT))
def test_the_text_is_the_same_with_a_mark_as_without(one: int, other: int) -> None:
    start, end = sorted((one, other))
    plain = str(render_text(TEXT.replace("\ufdd0", "\ufffd").replace("\ufdd1", "\ufffd")))

    assert without_spots(drawn(TEXT, Spot(start, end + 1, SpotKind.MARK, 1))) == plain


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet='ab *_`[]()|#>-\n\r\\&;$!<1.~"', max_size=60), st.data())
def test_no_text_can_be_broken_by_a_mark(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    html = drawn(text, Spot(start, end, SpotKind.MARK, 1))

    assert without_spots(html) == str(render_text(text))
    assert "\ufdd0" not in html


def test_a_text_too_long_to_format_is_marked_as_it_was_written() -> None:
    text = "a & b " + "x" * MAX_FORMATTED

    html = drawn(text, Spot(2, 5, SpotKind.MARK, 1))

    assert '<mark title="1" id="mark-1">&amp; b</mark>' in html
    assert without_spots(html) == str(render_text(text))
