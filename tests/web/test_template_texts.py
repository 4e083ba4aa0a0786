"""No template holds words of its own language outside what is translated."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

import evalhub

TEMPLATES = Path(evalhub.__file__).parent / "templates"
NAMES = frozenset({"EvalHub", "JSON", "CSV", "UTC", "Markdown", "medicine", "en", "version"})
"""Words that are the same in every language, and examples of what programs read."""
SHOWN = ("aria-label", "alt", "data-label", "placeholder", "title")
SILENT = frozenset({"code", "script", "style"})
"""What holds no words of a language: names of fields and commands, and what browsers run."""
KEYS = frozenset({"Active time", "judgment", " is-local"})
"""Texts that are compared, or part of a name or class, and not shown."""
CALLS = frozenset({"_", "gettext", "ngettext", "counted"})
ADDRESS = re.compile(r"(?:https:/)?/[\w/.-]+(?:\?\w*=?)?|&\w+;|&\w+=|^\{.*\}$")
WORD = re.compile(r"[^\W\d_]{2,}")
PROSE = re.compile(r"[a-z]{2,}[,.;:]? [A-Za-z]|^[A-Z][a-z]+")
LEXER = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)

Token = tuple[int, str, str]


def tokens(path: Path) -> list[Token]:
    """Return the tokens of a template without its blanks."""
    found = LEXER.lex(path.read_text(encoding="utf-8"))
    return [token for token in found if token[1] not in {"whitespace", "comment"}]


def statement(found: list[Token], place: int) -> str:
    """Return the name of the statement that begins at ``place``, if one does."""
    is_begin = found[place][1] == "block_begin" and place + 1 < len(found)
    return found[place + 1][2] if is_begin else ""


def written(found: list[Token]) -> str:
    """Return what a template writes itself: neither values nor what is translated."""
    pieces, is_outside, is_class = [], True, False
    for place, (_line, kind, value) in enumerate(found):
        name = statement(found, place)
        if name in {"trans", "endtrans"}:
            is_outside = name == "endtrans"
        if name == "block":
            is_class = found[place + 2][2] == "body_class"
        if kind == "data" and is_outside and not is_class:
            pieces.append(value)
        if kind == "variable_begin":
            pieces.append(" ")
        if name == "endblock":
            is_class = False
    return "".join(pieces)


def literals(found: list[Token]) -> Iterator[str]:
    """Yield the texts within expressions that nobody translates and somebody might read."""
    depths: list[str] = []
    before = ("", "")
    for _line, kind, value in found:
        if kind == "operator" and value == "(":
            depths.append(before[1])
        if kind == "operator" and value == ")" and depths:
            depths.pop()
        if kind == "string" and not CALLS & set(depths):
            text = value[1:-1]
            is_shown = before[0] == "variable_begin" or before[1] == "else"
            if PROSE.search(text) or (is_shown and WORD.search(text)):
                yield text
        before = (kind, value)


class _Shown(HTMLParser):
    """Collect what a reader of a template's own text would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes that are read out."""
        self._silent = tag if tag in SILENT else self._silent
        self.found += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        """Go on after a part that is not read."""
        self._silent = "" if tag == self._silent else self._silent

    def handle_data(self, data: str) -> None:
        """Note text."""
        if not self._silent:
            self.found.append(data)


def untranslated(path: Path) -> list[str]:
    """Return the words of a template that stand in no translation."""
    found = tokens(path)
    reader = _Shown()
    reader.feed(written(found))
    words = [word for text in reader.found for word in WORD.findall(ADDRESS.sub("", text))]
    said = [text for text in literals(found) if text not in NAMES | KEYS]
    return [word for word in words if word not in NAMES] + said


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATES.rglob("*.html")),
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_a_template_says_nothing_but_what_is_translated(path: Path) -> None:
    assert untranslated(path) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Good day</p>", ["Good", "day"]),
        ("<p>{{ _('Good day') }}</p>", []),
        ("<p>{% trans n=1 %}{{ n }} day{% endtrans %} left</p>", ["left"]),
        ('<a aria-label="Next page">{{ n }}</a>', ["Next", "page"]),
        ("<p>{{ 'day' if n == 1 else 'days' }}</p>", ["day", "days"]),
        ("<p>{{ ngettext('one day', '%(num)s days', n) }}</p>", []),
        ("{% with note = 'No day is left' %}{{ note }}{% endwith %}", ["No day is left"]),
        ('<link href="{{ asset("evalhub.css") }}"><b>{{ x|join(", ") }}</b>', []),
        ("{% block body_class %}page-home{% endblock %}<p>here</p>", ["here"]),
    ],
    ids=["text", "call", "beside", "attribute", "choice", "plural", "statement", "names", "class"],
)
def test_the_check_finds_words_wherever_they_stand(
    tmp_path: Path, text: str, found: list[str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")

    assert untranslated(path) == found
