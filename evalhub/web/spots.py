"""Draw spots of a Markdown text, such as marks, in the HTML that is made of it.

A spot is a place in the text as it was written. Putting signs into that text would change what
is Markdown in it, so the signs go into the tokens that the parser made: each piece of text that a
token holds is looked for in the source, from where the one before ended. The signs become tags
at last, in the filtered HTML, around runs of text between its own tags; whatever the spot crosses,
the tags of the text stay as they were. Where no token holds a spot's text, as for the target of a
link, nothing is drawn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
# Characters that no text means: Unicode keeps them for a program's own use.
_SIGN = re.compile(f"{_OPEN}([+-])([0-9]+){_CLOSE}")
_PIECE = re.compile(rf"{_SIGN.pattern}|<(/?[a-z][a-z0-9]*)[^>]*>|[^<{_OPEN}]+|.")
_CHARACTER = re.compile(r"<[^>]*>|(&[^;]{1,32};|[^<])", re.DOTALL)

SPOTS, _EDGES = "spots", "edges"


class SpotKind(StrEnum):
    """Say what a spot shows."""

    MARK = "mark"
    """Words that the reader marked."""
    OWN = "own"
    """A figure that the other answer does not have."""
    SHARED = "shared"
    """Words that the other answer has, too."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold one place in a text, and what it is; ``number`` is the one of a mark."""

    start: int
    end: int
    kind: SpotKind
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Edge:
    at: int
    is_end: bool
    spot: int

    @property
    def sign(self) -> str:
        return f"{_OPEN}{'-' if self.is_end else '+'}{self.spot}{_CLOSE}"


def without_signs(text: str) -> str:
    """Return ``text`` as long as before, without the characters that the signs are made of."""
    return text.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")


def sign_tokens(state: StateCore) -> None:
    """Put the signs of ``env["spots"]`` into the parsed tokens; a rule for the parser's core.

    It runs before neighbouring texts are joined, while a character that was escaped is still a
    token of its own.
    """
    spots: Sequence[Spot] = state.env.get(SPOTS, ())
    if not spots:
        return
    signer = _Signer(state.src, _edges(spots))
    for token in state.tokens:
        if token.type == "inline":
            signer.sign_inline(token)
        elif token.type in {"fence", "code_block"}:
            signer.sign_code(token)


def _edges(spots: Sequence[Spot]) -> list[_Edge]:
    edges = [
        _Edge(at, is_end, n)
        for n, spot in enumerate(spots)
        for at, is_end in ((spot.start, False), (spot.end, True))
    ]
    return sorted(edges, key=lambda edge: (edge.at, not edge.is_end))


class _Signer:
    """Walk through tokens and source side by side, and put each edge where its text is."""

    def __init__(self, source: str, edges: list[_Edge]) -> None:
        self._source = source
        # Code that runs over a line is shown with a blank in place of the line's end.
        self._flat = source.replace("\n", " ")
        self._edges = edges
        self._n_put = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._cursor = 0

    def sign_inline(self, token: Token) -> None:
        """Sign a token of running text, whose children hold its pieces."""
        end = self._line_start((token.map or [0, len(self._lines)])[1])
        self._cursor = max(self._cursor, self._line_start((token.map or [0])[0]))
        children: list[Token] = []
        for child in token.children or ():
            if child.type in {"text", "code_inline"} and child.content:
                self._sign_text(child, end)
                children.append(child)
            elif child.type in {"text_special", "math_inline", "math_inline_double"}:
                children += self._around(child, end)
            else:
                children.append(child)
        token.children = children

    def sign_code(self, token: Token) -> None:
        """Note where the signs of a block of code go; they are put in once it is coloured."""
        first, last = token.map or [0, 0]
        self._cursor = max(self._cursor, self._line_start(first + (token.type == "fence")))
        end, done = self._line_start(last), 0
        placed: list[tuple[int, str]] = []
        for line in token.content.split("\n"):
            start = self._find(line, end) if line else -1
            if start >= 0:
                taken = self._take(start, start + len(line))
                placed += [(done + at, edge.sign) for at, edge in taken]
            done += len(line) + 1
        token.meta[_EDGES] = placed

    def _sign_text(self, child: Token, end: int) -> None:
        start = self._find(child.content, end)
        if start < 0:
            return
        for at, edge in reversed(self._take(start, start + len(child.content))):
            child.content = child.content[:at] + edge.sign + child.content[at:]

    def _around(self, child: Token, end: int) -> Iterator[Token]:
        """Yield a piece that is drawn whole or not at all, between its signs."""
        written = child.markup if child.type == "text_special" else child.content
        start = self._find(written, end)
        taken = self._take(start, start + len(written)) if start >= 0 else []
        opened = "".join(edge.sign for _, edge in taken if not edge.is_end)
        before = "".join(edge.sign for at, edge in taken if edge.is_end and not at)
        after = "".join(edge.sign for at, edge in taken if edge.is_end and at)
        yield from (Token("text", "", 0, content=before + opened), child)
        yield Token("text", "", 0, content=after)

    def _find(self, piece: str, end: int) -> int:
        """Return where ``piece`` stands in the source after all before it; -1 if it does not."""
        start = self._flat.find(piece.replace("\n", " "), self._cursor, end)
        if start < 0:
            return -1
        self._cursor = start + len(piece)
        return start

    def _take(self, start: int, end: int) -> list[tuple[int, _Edge]]:
        """Return the edges that come before the end of this piece, by their place in it."""
        taken: list[tuple[int, _Edge]] = []
        while self._n_put < len(self._edges):
            edge = self._edges[self._n_put]
            if edge.at > end or (edge.at == end and not edge.is_end):
                break
            taken.append((max(0, edge.at - start), edge))
            self._n_put += 1
        return taken

    def _line_start(self, line: int) -> int:
        return self._lines[line] if line < len(self._lines) else len(self._source)


def sign_code(html: str, token: Token, *, skipped: int = 0) -> str:
    """Return a block of code as HTML with its signs; ``skipped`` characters are not in it."""
    placed = [(at - skipped, sign) for at, sign in token.meta.get(_EDGES, ())]
    return _signed(html, placed) if placed else html


def sign_plain(html: str, spots: Sequence[Spot]) -> str:
    """Return an escaped text with the signs of ``spots``."""
    return _signed(html, [(edge.at, edge.sign) for edge in _edges(spots)])


def _signed(html: str, placed: Sequence[tuple[int, str]]) -> str:
    """Put signs into HTML, each before the character of its text that it stands at."""
    parts: list[str] = []
    n_read, n_put = 0, 0
    for match in _CHARACTER.finditer(html):
        while match[1] and n_put < len(placed) and placed[n_put][0] <= n_read:
            parts.append(placed[n_put][1])
            n_put += 1
        n_read += bool(match[1])
        parts.append(match[0])
    return "".join((*parts, *(sign for _, sign in placed[n_put:])))


def draw(html: str, spots: Sequence[Spot]) -> str:
    """Return filtered HTML with its signs made into tags around the text between them."""
    open_spots: dict[int, Spot] = {}
    named: set[int] = set()
    parts: list[str] = []
    formula: list[str] | None = None
    for match in _PIECE.finditer(html):
        sign, number, tag = match[1], match[2], match[3]
        if sign:
            _toggle(open_spots, int(number), spots, is_open=sign == "+")
        elif tag == "math":
            formula = [match[0]]
        elif formula is not None:
            # A formula is drawn as one: tags of pages have no place within it.
            formula.append(match[0])
            if tag == "/math":
                parts.append(_wrapped("".join(formula), open_spots, named))
                formula = None
        elif tag or not match[0].strip():
            parts.append(match[0])
        else:
            parts.append(_wrapped(match[0], open_spots, named))
    return "".join(parts)


def _toggle(open_spots: dict[int, Spot], n: int, spots: Sequence[Spot], *, is_open: bool) -> None:
    if is_open:
        open_spots[n] = spots[n]
    else:
        open_spots.pop(n, None)


def _wrapped(html: str, open_spots: dict[int, Spot], named: set[int]) -> str:
    for spot in open_spots.values():
        if spot.kind is not SpotKind.MARK:
            html = f'<span class="is-{spot.kind.value}">{html}</span>'
            continue
        # The first run of a mark can be led to from the list of marks.
        name = "" if spot.number in named else f' id="mark-{spot.number}"'
        named.add(spot.number)
        html = f'<mark title="{spot.number}"{name}>{html}</mark>'
    return html
