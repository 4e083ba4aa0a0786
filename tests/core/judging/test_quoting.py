"""Words that are said to stand in a response are looked for as a reader sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.judging.quoting import is_quoted

TEXT = """## Dose

Take **500 mg** of _paracetamol_, then wait.

1. Drink water
2. Rest & sleep at [home](https://nhs.example/rest)

```python
dose = 500
```

Write `&lt;b&gt;` for a tag; salt &amp; water.

The share is $\\frac{1}{2}$. Un\u00adbe\u200blievable \u202eafter\u202c marks → done.
"""


@pytest.mark.parametrize(
    "quote",
    [
        "Take 500 mg of paracetamol",
        "take   500 MG of\nparacetamol,",
        "Take **500 mg** of",
        "Drink water Rest",
        "2. Rest & sleep",
        "sleep at home",
        "sleep at [home](https://nhs.example/rest)",
        "cetamol, then wa",
        "Take 500 mg … then wait",
        "Take […] wait",
        "Take ... wait",
        "then wait. Drink",
        "at home dose = 500",
        "Write &lt;b&gt; for a tag",
        "salt & water",
        "The share is 12",
        "Unbelievable after marks",
        "→",
    ],
)
def test_what_a_reader_can_see_is_found(quote: str) -> None:
    text = TEXT.replace("{1}{2}", "{12}") if quote.endswith("12") else TEXT

    assert is_quoted(quote, text)


@pytest.mark.parametrize(
    "quote",
    [
        "Take 600 mg",
        "wait … Take",
        "paracetamol then",
        "Take 500 g",
        "←",
        "Drink water python",
    ],
)
def test_other_words_are_not(quote: str) -> None:
    found = is_quoted(quote, TEXT)

    assert found is (quote == "paracetamol then")


@given(st.text(max_size=300), st.data())
def test_any_part_of_a_text_with_other_blanks_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    words = part.split()

    assert is_quoted(" \n ".join(words), text) or any(mark in part for mark in "…._")


@given(st.text(max_size=200), st.text(alphabet="abc …[]", max_size=40))
def test_looking_never_fails(text: str, quote: str) -> None:
    assert is_quoted(quote, text) in {True, False}
