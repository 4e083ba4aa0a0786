"""Show texts of models and prompts as readers know them, all with the same treatment.

Markdown without raw HTML is turned into a small set of tags that an allow-list filters once
more. Links go nowhere and name their host; images are never loaded; code is coloured and
maths becomes MathML on the server. Whatever cannot be shown that way is shown as it stands.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TypeAlias

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from evalhub.core.judging.citations import host_of
from evalhub.services.keeping_texts import TextCache
from evalhub.web.language import N_, _, current_language
from evalhub.web.markdown_rules import MAX_FORMULA, make_parser
from evalhub.web.spots import SPOTS, Spot, draw, sign_code, sign_plain, without_signs

MAX_FORMATTED = 60_000
"""Characters up to which a text is formatted. The parser takes some microseconds for each, which
for a text of a megabyte would hold a worker for many seconds; few answers have a tenth."""
NOTE = N_("This text is long, so it is shown as it was written.")
MAX_COLOURED_CODE = 4_000
"""Characters of one block of code up to which it is coloured; some lexers' time grows with the
square of the length. ``MAX_COLOURED`` bounds all blocks of one text together."""
MAX_COLOURED = 12_000
LANGUAGES = frozenset(
    {"bash", "c", "c++", "cpp", "css", "diff", "dockerfile", "go", "haskell", "html"}
    | {"java", "javascript", "js", "json", "julia", "kotlin", "latex", "lua"}
    | {"matlab", "perl", "php", "powershell", "py", "python", "r", "ruby", "rust", "scala", "sh"}
    | {"shell", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml"}
)
"""Languages that are coloured. C#, INI and Make are not: their lexers can take seconds for a few
thousand characters."""
DEEPEST_HEADING = 6
HEADING_SHIFT = 2
"""How far headings of an answer move below those of its page."""

Spots: TypeAlias = tuple[Spot, ...]

_FORMATTED = {"p", "br", "hr", "em", "strong", "s", "sub", "sup", "blockquote", "ul", "ol", "li"}
_STRUCTURED = {"pre", "code", "span", "div", "table", "thead", "tbody", "tr", "th", "td"}
_HEADINGS = {f"h{level}" for level in range(1, DEEPEST_HEADING + 1)}
_MATHS = {"math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot"}
_MATHS |= {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"}
_MATHS |= {"mpadded", "mphantom", "menclose", "mstyle", "mmultiscripts", "mprescripts", "none"}
_ATTRIBUTES = {
    "span": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "ol": {"start"},
    "th": {"scope"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "separator", "minsize", "maxsize"},
    "mi": {"mathvariant"},
    "mfrac": {"linethickness"},
    "mtable": {"columnalign"},
    "mtd": {"columnalign"},
    "mspace": {"width"},
    "menclose": {"notation"},
}
_CLEANER = nh3.Cleaner(
    tags=_FORMATTED | _STRUCTURED | _HEADINGS | _MATHS,
    attributes=_ATTRIBUTES,
    url_schemes=set(),
    link_rel=None,
    strip_comments=True,
)


class _Renderer(RendererHTML):
    """Write tokens as inert HTML; ``env`` carries how far headings move down."""

    def heading_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Move headings below the page's own."""
        return f"<{_heading(tokens[idx], env)}>"

    def heading_close(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Close a moved heading."""
        return f"</{_heading(tokens[idx], env)}>\n"

    def link_open(self, *_rest: object) -> str:
        """Start the words of a link, which goes nowhere."""
        return '<span class="inert-link">'

    def link_close(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """End the words of a link and say where it would have gone."""
        target = _target_before(tokens, idx)
        if tokens[idx].info == "auto":
            return "</span>"
        return f'</span> <span class="inert-host">({escape(host_of(target) or target)})</span>'

    def image(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Describe an image instead of loading it."""
        token = tokens[idx]
        target = str(token.attrGet("src") or "")
        host = host_of(target)
        words = _("image not loaded: %(words)s", words=token.content or _("no description")) + (
            host and f", {host}"
        )
        return f'<span class="inert-image">[{escape(words)}]</span>'

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """Colour a block of code in a language that is known, as long as the text's share lasts."""
        code, words = tokens[idx].content, tokens[idx].info.split(maxsplit=1)
        language = words[0].lower() if words else ""
        is_coloured = language in LANGUAGES and len(code) <= MAX_COLOURED_CODE
        if is_coloured:
            env["n_coloured"] = env.get("n_coloured", 0) + len(code)
            is_coloured = env["n_coloured"] <= MAX_COLOURED
        if not is_coloured:
            return _code_block(sign_code(escape(code), tokens[idx]))
        # The colouring leaves out empty lines at the start.
        skipped = len(code) - len(code.lstrip("\n"))
        return _code_block(sign_code(_coloured(code, language), tokens[idx], skipped=skipped))

    def code_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """Show an indented block of code."""
        return _code_block(sign_code(escape(tokens[idx].content), tokens[idx]))

    def table_open(self, *_rest: object) -> str:
        """Let a wide table scroll by itself."""
        return f"{_region(_('Table'))}<table>\n"

    def table_close(self, *_rest: object) -> str:
        """Close a table."""
        return "</table></div>\n"

    def math_inline(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """Set a formula within the line."""
        return _formula(tokens[idx].content, is_block=False)

    def math_inline_double(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """Set a displayed formula, which scrolls by itself when it is wide."""
        return f'<span class="formula">{_formula(tokens[idx].content, is_block=True)}</span>'

    math_block = math_inline_double
    math_block_label = math_inline_double


def _parser() -> MarkdownIt:
    parser = make_parser()
    # The maths plugin installs renderers of its own; ours take their place.
    parser.renderer = _Renderer(parser)
    return parser


_PARSER = _parser()


def render_text(text: str, *, heading_shift: int = HEADING_SHIFT) -> Markup:
    """Return ``text`` as HTML that can stand on a page; ``heading_shift`` moves headings down.

    It holds no script, style, link, image or form, whatever ``text`` is. A text longer than
    ``MAX_FORMATTED`` is shown as it was written, with a note.
    """
    if len(text) > MAX_FORMATTED:
        return _as_written(text)
    return _formatted(text, heading_shift)


def render_alike(*texts: str, spots: Sequence[Spots] = ()) -> tuple[Markup, ...]:
    """Return texts that are compared with one another, all with the same treatment.

    One too long to be formatted leaves the others as they were written too: a judgment must
    not rest on which of two answers came with headings and tables. ``spots`` are drawn in the
    text that has the same place; the text is the same with them as without.
    """
    drawn = [*spots, *((),) * (len(texts) - len(spots))]
    if any(len(text) > MAX_FORMATTED for text in texts):
        return tuple(_as_written(text, own) for text, own in zip(texts, drawn, strict=True))
    return tuple(
        _with_spots(text, own) if own else render_text(text)
        for text, own in zip(texts, drawn, strict=True)
    )


def _as_written(text: str, spots: Spots = ()) -> Markup:
    html = Markup('<p class="plain-note">{}</p><pre class="plain">').format(_(NOTE))
    shown = escape(text)
    if spots:
        shown = draw(sign_plain(escape(without_signs(text)), spots), spots)
    return html + Markup(shown) + Markup("</pre>")  # noqa: S704 - escaped just now


FORMATTED: TextCache[Markup] = TextCache(32 * 2**20, size=sys.getsizeof)
"""The HTML of texts as they are, which is the same for everybody who reads them in one language:
some thousand answers of ordinary length."""
DRAWN_IN: TextCache[Markup] = TextCache(8 * 2**20, size=sys.getsizeof)
"""The HTML of texts with somebody's marks in them, which hardly anybody else asks for."""


def _formatted(text: str, heading_shift: int) -> Markup:
    return FORMATTED.get(
        text, heading_shift, current_language(), make=lambda: _format(text, heading_shift)
    )


def _format(text: str, heading_shift: int) -> Markup:
    html = _PARSER.render(text, {"heading_shift": heading_shift})
    return Markup(_CLEANER.clean(html))  # noqa: S704 - filtered by the allow-list just now


def _with_spots(text: str, spots: Spots) -> Markup:
    return DRAWN_IN.get(text, spots, current_language(), make=lambda: _draw_in(text, spots))


def _draw_in(text: str, spots: Spots) -> Markup:
    # The parser makes one character of two line ends' characters, so places move.
    placed = tuple(
        replace(spot, start=_parsed_at(text, spot.start), end=_parsed_at(text, spot.end))
        for spot in spots
    )
    env = {"heading_shift": HEADING_SHIFT, SPOTS: placed}
    html = _CLEANER.clean(_PARSER.render(without_signs(text), env))
    return Markup(draw(html, placed))  # noqa: S704 - filtered by the allow-list just now


def _parsed_at(text: str, place: int) -> int:
    return place - text.count("\r\n", 0, place)


def _heading(token: Token, env: EnvType) -> str:
    level = int(token.tag.removeprefix("h")) + int(env["heading_shift"])
    return f"h{min(level, DEEPEST_HEADING)}"


def _target_before(tokens: Sequence[Token], idx: int) -> str:
    """Return the address of the link that closes at ``idx``; no link stands inside another."""
    opening = next(token for token in reversed(tokens[:idx]) if token.type == "link_open")
    return str(opening.attrGet("href") or "")


def _code_block(html: str) -> str:
    return f"{_region(_('Code'))}<pre><code>{html}</code></pre></div>\n"


def _region(name: str) -> str:
    """Return the start of a part that scrolls by itself, which the keyboard reaches."""
    return f'<div class="scroll" role="region" aria-label="{escape(name)}" tabindex="0">'


def _coloured(code: str, language: str) -> str:
    lexer = get_lexer_by_name(language)
    return highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix="tok-"))


def _formula(source: str, *, is_block: bool) -> str:
    """Return a formula as MathML, or as its source when it cannot be read."""
    delimiter = "$$" if is_block else "$"
    as_written = f"<code>{escape(delimiter + source + delimiter)}</code>"
    if len(source) > MAX_FORMULA:
        return as_written
    try:
        return convert(source, display="block" if is_block else "inline")
    except Exception:  # noqa: BLE001 - the converter raises plain Exceptions of a dozen kinds
        return as_written
