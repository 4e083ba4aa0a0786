"""Formats of pages: words set as code."""

import pytest

from evalhub.web.formats import code_words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rows say so in `is_simulated`.", "Rows say so in <code>is_simulated</code>."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("none", "none"),
        ("a ` alone", "a ` alone"),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("", ""),
    ],
    ids=["one", "two", "none", "unpaired", "hostile", "empty"],
)
def test_what_stands_between_backquotes_is_code_and_the_rest_is_escaped(
    text: str, shown: str
) -> None:
    assert str(code_words(text)) == shown
