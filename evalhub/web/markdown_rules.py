"""Rules of ours for the Markdown parser, each bounded so that hostile text costs its length."""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as read_table
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin

from evalhub.web.spots import sign_tokens

MAX_FORMULA = 2_000
"""Longer formulas are shown as their source; the converter's time grows with their length."""
MAX_CELLS = 5_000
"""Cells of all tables of one text. A short row is filled up to the width of its table, so some
hundred characters can ask for tens of thousands of cells."""

_CELLS_LEFT = "cells_left"


def make_parser() -> MarkdownIt:
    """Return a parser for CommonMark without raw HTML, with tables, strikethrough and maths."""
    parser = MarkdownIt("commonmark", {"html": False})
    parser.enable(["table", "strikethrough"])
    # "It costs $5 to $10" is money: no space inside the dollars, no digit beside them.
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.inline.ruler.before("escape", "bracket_maths", _bracket_maths)
    parser.core.ruler.before("text_join", "spots", sign_tokens)
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    # Its tables of characters are filled at the first link, and seen half full meanwhile: of the
    # first pages that the threads of a new process render at once, all but one would fail.
    parser.normalizeLink("/")
    parser.normalizeLinkText("/")
    return parser


def _bracket_maths(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    r"""Read ``\(…\)`` and ``\[…\]``, before the parser takes the backslash for an escape.

    It looks for the end no further than a formula may be long: thousands of openings without
    an end would otherwise each search the whole text.
    """
    start = state.pos + 2
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(state.src[state.pos : start])
    end = state.src.find(closing, start, start + MAX_FORMULA + len(closing)) if closing else -1
    if end < 0 or not state.src[start:end].strip():
        return False
    if not silent:
        kind = "math_inline" if closing == r"\)" else "math_inline_double"
        state.push(kind, "math", 0).content = state.src[start:end]
    state.pos = end + 2
    return True


def _bounded_table(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: FBT001, N803 - the parser's own signature
    """Read a table as long as the text's tables have cells left; then they stay text."""
    n_left = state.env.get(_CELLS_LEFT, MAX_CELLS)
    if not silent and n_left >= 0 and read_table(state, startLine, endLine, silent=True):
        n_left -= _n_cells(state, startLine, endLine)
        state.env[_CELLS_LEFT] = n_left
    return n_left >= 0 and read_table(state, startLine, endLine, silent=silent)


def _n_cells(state: StateBlock, first: int, last: int) -> int:
    """Return the most cells that a table which starts at line ``first`` can have.

    Once a table has more than are left no further one is counted, so that all counting
    together reads the text a few times at most.
    """
    last_row = next((n for n in range(first, last) if state.isEmpty(n)), last)
    n_columns = state.getLines(first, first + 1, 0, keepLastLF=False).count("|") + 1
    return n_columns * (last_row - first - 1)
