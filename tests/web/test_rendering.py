"""Texts are rendered alike and harmless, whatever they hold."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from evalhub.web.markdown_rules import MAX_CELLS, MAX_FORMULA
from evalhub.web.rendering import (
    LANGUAGES,
    MAX_COLOURED,
    MAX_COLOURED_CODE,
    MAX_FORMATTED,
    NOTE,
    render_alike,
    render_text,
)
from tests.hostile import hostile_texts

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](  java\nscript:alert(1))",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '<https://evil.example/"onmouseover=alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\ncode\n```',
    "`<script>alert(1)</script>`",
    "$<script>alert(1)</script>$",
    "$\\text{<script>alert(1)</script>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\style{x:expression(alert(1))}{y}$$",
    "| <script> | b |\n|---|---|\n| <img src=x> | c |",
    '<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form action=https://evil.example><input name=password>",
    "<style>body{display:none}</style>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<x onclick=alert(1)>click",
    "# <script>alert(1)</script>",
)
ACTIVE = re.compile(
    r"<(?:script|style|img|svg|iframe|object|embed|form|input|a|base|meta|link|video|audio)\b"
    r"|<[^>]*\s(?:on\w+|href|src|style|srcdoc|action|id|name)\s*=",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gives_nothing_active(text: str) -> None:
    assert ACTIVE.search(render_text(text)) is None


def test_no_payload_in_any_disguise_gives_anything_active() -> None:
    active = [text for text in hostile_texts() if ACTIVE.search(render_text(text))]

    assert active == []


@given(st.text(alphabet=st.sampled_from("<>\"'=/ab[]()!`$\\|-#*&;:\n \t.onerror")))
def test_no_text_gives_anything_active(text: str) -> None:
    assert ACTIVE.search(render_text(text)) is None


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* **b** ~~c~~", "<em>a</em> <strong>b</strong> <s>c</s>"),
        ("# Title", "<h3>Title</h3>"),
        ("##### Deep", "<h6>Deep</h6>"),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
        ("3. c\n4. d", '<ol start="3">'),
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"\(x\)", '<math display="inline"><mrow><mi>x</mi></mrow></math>'),
        (r"so \[x\]", '<math display="block"><mrow><mi>x</mi></mrow></math>'),
        ("$$x$$", '<math display="block">'),
        ("$$\nx\n$$", '<math display="block">'),
        ("```python\ndef f(): ...\n```", '<span class="tok-k">def</span>'),
        ("```nosuch\n<i>\n```", "<code>&lt;i&gt;\n</code>"),
        ("    indented", "<code>indented\n</code>"),
    ],
)
def test_what_readers_know_is_rendered(text: str, html: str) -> None:
    assert html in render_text(text)


def test_headings_move_down_as_far_as_asked() -> None:
    assert "<h4>Title</h4>" in render_text("# Title", heading_shift=3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the **guide**](https://nice.example/x)", "(nice.example)"),
        ("[local](/work)", "(/work)"),
        ("![chart](https://img.example/x.png)", "[image not loaded: chart, img.example]"),
        ("![](x.png)", "[image not loaded: no description]"),
    ],
)
def test_links_and_images_name_their_host_and_go_nowhere(text: str, shown: str) -> None:
    assert shown in render_text(text)


def test_a_bare_address_is_not_repeated() -> None:
    assert render_text("<https://a.example>").count("a.example") == 1


@pytest.mark.parametrize("text", ["It costs $5 to $10.", "a \\(", "\\( \\)", "\\[", "\\(x"])
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert "<math" not in render_text(text)


@pytest.mark.parametrize("source", ["\\frac{", "\\left(", "x" * (MAX_FORMULA + 1)], ids=len)
def test_a_formula_that_cannot_be_read_is_shown_as_its_source(source: str) -> None:
    html = render_text(f"${source}$")

    assert "<math" not in html
    assert source[:40] in html


def test_very_long_code_is_shown_plain() -> None:
    code = "x = 1\n" * (MAX_COLOURED_CODE // 6 + 1)

    assert "tok-" not in render_text(f"```python\n{code}```")


def test_the_code_of_one_text_is_coloured_up_to_a_share() -> None:
    block = "```python\n" + "x = 1\n" * 500 + "```\n\n"
    n_lines = render_text(block * 6).count('<span class="tok-n">x')

    assert n_lines == MAX_COLOURED // 3_000 * 500


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_that_is_named_is_known(language: str) -> None:
    assert get_lexer_by_name(language).name


def test_a_text_too_long_to_format_is_shown_as_it_was_written() -> None:
    text = "*a* <script>alert(1)</script> " + "x" * 1_000_000

    html = render_text(text)

    assert NOTE in html
    assert "*a* &lt;script&gt;alert(1)&lt;/script&gt; xxx" in html
    assert len(html) < len(text) + 200


def test_of_two_that_are_compared_none_is_formatted_alone() -> None:
    short, long = "*a*", "b" * (MAX_FORMATTED + 1)

    assert "<em>a</em>" in render_alike(short, short)[0]
    assert all("<pre" in html for html in render_alike(short, long))
    assert "<em>" not in render_alike(short, long)[0]


def test_a_large_table_is_a_table() -> None:
    html = render_text("|a|b|\n|-|-|\n" + "|1|2|\n" * 1_000)

    assert html.count("<td") == 2_000


@pytest.mark.parametrize(
    "text",
    [
        "|a" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 200,
        ("|a" * 70 + "\n" + "|-" * 70 + "\n" + "|\n" * 70 + "\n") * 20,
        "> |a" * 90 + "\n> " + "|-" * 90 + "\n" + "> |\n" * 90,
        ("|a|b|\n|-|-|\n" + "> x\n") * 2_000,
    ],
    ids=["one", "many", "quoted", "interrupted"],
)
def test_short_rows_cannot_ask_for_endless_cells(text: str) -> None:
    html = render_text(text)

    assert html.count("<td") + html.count("<th") <= MAX_CELLS + 200


@pytest.mark.parametrize("opening", [r"\(", r"\["])
def test_the_end_of_a_formula_is_not_looked_for_beyond_its_longest(opening: str) -> None:
    closing = {r"\(": r"\)", r"\[": r"\]"}[opening]

    longest = render_text(f"{opening}{'x' * MAX_FORMULA}{closing}")
    longer = render_text(f"{opening}{'x' * (MAX_FORMULA + 1)}{closing}")

    assert "<math" in longest
    assert "<math" not in longer
    assert "x" * (MAX_FORMULA + 1) in longer


REPEATED = (
    *("[", "![", "*", "*a ", "a**b", "_a ", "`", "<", "<a ", "$", "$a ", "a$$b ", "\\(", "\\["),
    *("\\", "|", "|a|\n|-|\n", ">", "> - ", "- ", "- a\n", "1. a\n\n", "> a\nb\n", "[a](b)"),
    *("[a](", "[a](<b", '[a](b "', "](b)", "<http://a.b> ", "[a]: b\n", "[a]:\n", "~~a"),
    *("&", "&a;", "```\n", "# a\n", "a\n=\n", "$x$ ", "$$\nx\n", "<!--", "    x\n", "a\n"),
    *("\u200b", "**a *b ", "a*b_c**d__", "As an AI ", "1.", "|\n"),
)


def n_calls(text: str) -> int:
    """Return how many functions were called to render ``text``."""
    n = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal n
        n += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        render_text(text)
    finally:
        sys.setprofile(None)
    return n


@pytest.mark.parametrize("unit", REPEATED, ids=ascii)
def test_the_work_grows_with_the_length_and_no_faster(unit: str) -> None:
    # A blank keeps the texts apart from those that other tests have left in the cache.
    small, large = (f"{unit * (size // len(unit))} {size}" for size in (601, 2_404))

    assert n_calls(large) < 7 * n_calls(small)


def test_a_formula_may_stand_in_the_words_of_a_link() -> None:
    """The parser looks through them first without writing anything."""
    html = render_text(r"[see \(x^2\)](https://e.example/a) and \(y\)")

    assert html.count("<math") == 2
    assert "(e.example)" in html


def test_the_address_beside_a_link_is_its_own() -> None:
    html = render_text(
        "[a](https://one.example) ![b](https://two.example) [c](https://three.example)"
    )

    assert html.index("(one.example)") < html.index("two.example") < html.index("(three.example)")
