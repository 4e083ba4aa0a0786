"""Show texts of models and prompts as readers know them, all with the same treatment.

Markdown without raw HTML is turned into a small set of tags that an allow-list filters once
more. Links go nowhere and name their host; images are never loaded; code is coloured and
maths becomes MathML on the server. Whatever cannot be shown that way is shown as it stands.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from evalhub.core.judging.citations import host_of

MAX_FORMULA = 2_000
"""Longer formulas are shown as their source; the converter's time grows with their length."""
MAX_COLOURED_CODE = 20_000
LANGUAGES = frozenset(
    {"bash", "c", "c++", "cpp", "csharp", "css", "diff", "dockerfile", "go", "haskell", "html"}
    | {"ini", "java", "javascript", "js", "json", "julia", "kotlin", "latex", "lua", "make"}
    | {"matlab", "perl", "php", "powershell", "py", "python", "r", "ruby", "rust", "scala", "sh"}
    | {"shell", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml"}
)
DEEPEST_HEADING = 6

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
        words = f"image not loaded: {token.content or 'no description'}{host and f', {host}'}"
        return f'<span class="inert-image">[{escape(words)}]</span>'

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Colour a block of code in a language that is known."""
        words = tokens[idx].info.split(maxsplit=1)
        return _code_block(tokens[idx].content, words[0].lower() if words else "")

    def code_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """Show an indented block of code."""
        return _code_block(tokens[idx].content, "")

    def table_open(self, *_rest: object) -> str:
        """Let a wide table scroll by itself."""
        return '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>\n'

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


def _bracket_maths(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    r"""Read ``\(…\)`` and ``\[…\]``, before the parser takes the backslash for an escape."""
    opening = state.src[state.pos : state.pos + 2]
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(opening)
    end = state.src.find(closing, state.pos + 2) if closing else -1
    if end < 0 or not state.src[state.pos + 2 : end].strip():
        return False
    if not silent:
        kind = "math_inline" if opening == r"\(" else "math_inline_double"
        state.push(kind, "math", 0).content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    # "It costs $5 to $10" is money: no space inside the dollars, no digit beside them.
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.inline.ruler.before("escape", "bracket_maths", _bracket_maths)
    return parser


_PARSER = _parser()
# The plugin installs renderers of its own; ours take their place.
_PARSER.renderer = _Renderer(_PARSER)


@lru_cache(maxsize=2048)
def render_text(text: str, *, heading_shift: int = 2) -> Markup:
    """Return ``text`` as HTML that can stand on a page; ``heading_shift`` moves headings down.

    It holds no script, style, link, image or form, whatever ``text`` is.
    """
    html = _PARSER.render(text, {"heading_shift": heading_shift})
    return Markup(_CLEANER.clean(html))  # noqa: S704 - filtered by the allow-list just now


def _heading(token: Token, env: EnvType) -> str:
    level = int(token.tag.removeprefix("h")) + int(env["heading_shift"])
    return f"h{min(level, DEEPEST_HEADING)}"


def _target_before(tokens: Sequence[Token], idx: int) -> str:
    """Return the address of the link that closes at ``idx``."""
    depth = 0
    for token in reversed(tokens[: idx + 1]):
        depth += (token.type == "link_close") - (token.type == "link_open")
        if depth == 0:
            return str(token.attrGet("href") or "")
    return ""


def _code_block(code: str, language: str) -> str:
    return (
        '<div class="scroll" role="region" aria-label="Code" tabindex="0">'
        f"<pre><code>{_coloured(code, language)}</code></pre></div>\n"
    )


def _coloured(code: str, language: str) -> str:
    if language not in LANGUAGES or len(code) > MAX_COLOURED_CODE:
        return escape(code)
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
