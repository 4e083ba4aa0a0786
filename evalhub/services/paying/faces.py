"""The faces that statements are set in, and how a text is divided among them."""

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

import pymupdf_fonts
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

# Shipped by a package, so that a statement needs no font of the machine that makes it and has the
# same bytes on each. FiraGO draws Latin with Vietnamese, Greek, Cyrillic, Arabic, Hebrew, Georgian,
# Thai and Devanagari.
FACE, BOLD = "FiraGO", "FiraGO-Bold"
_FILES = {FACE: "figo", BOLD: "figbo"}

HAN, KANA, HANGUL = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
"""Faces that every reader of PDF brings along for Chinese, Japanese and Korean. A face with all of
their characters has ten megabytes; these are named in the file and not held in it."""

_SCRIPTS = {
    "HANGUL": HANGUL,
    "HIRAGANA": KANA,
    "KATAKANA": KANA,
    "CJK": HAN,
    "IDEOGRAPHIC": HAN,
    "FULLWIDTH": HAN,
}
_FROM_RIGHT = frozenset({"R", "AL"})
"""Classes of letters, by Unicode, of scripts that run from the right."""

_LAST_OF_CID = "\uffff"
MISSING = "\N{MIDDLE DOT}"
"""Stands for a character that no face has; which one it was is told at the end of the page."""


@cache
def register_faces() -> frozenset[str]:
    """Make the faces known to ReportLab and return the characters that FiraGO can draw."""
    faces = []
    for name, file in _FILES.items():
        # Shaped: Arabic letters join, and marks of Thai and Devanagari find their places.
        face = TTFont(name, io.BytesIO(pymupdf_fonts.myfont(file)), shapable=True)
        pdfmetrics.registerFont(face)
        faces.append(face)
    for name in (HAN, KANA, HANGUL):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    plain, bold = (frozenset(map(chr, face.face.charToGlyph)) for face in faces)
    return plain & bold


def set_text(text: str) -> str:
    """Return ``text`` as ReportLab's markup: one line, each word in a face that can draw it.

    A title is text and not markup: "<b>" in a project's name stands there as it was written.
    """
    words = [_word(word) for word in _in_order(_plain(text))]
    return " ".join(words)


def undrawable(*texts: str) -> tuple[str, ...]:
    """Return the characters of ``texts`` that no face has, each once, by their names in Unicode.

    They cannot be shown, so the statement names them: a name with a gap that nobody explains would
    look like a mistake of whoever bears it.
    """
    missing = (
        char
        for text in texts
        for word in _plain(text).split()
        for char, drawn in zip(word, _drawn(word), strict=True)
        if drawn == MISSING != char
    )
    names = (f"U+{ord(char):04X} {unicodedata.name(char, '')}" for char in dict.fromkeys(missing))
    return tuple(name.strip() for name in names)


def needs_shaping(text: str) -> bool:
    """Tell whether letters of ``text`` join, or carry marks that have to find their places.

    Other texts are set without: shaping draws "ft" as one sign, which who copies the text out of
    the file would get as something else.
    """
    return any(
        unicodedata.bidirectional(char) in _FROM_RIGHT or unicodedata.category(char) in {"Mn", "Mc"}
        for char in _plain(text)
    )


def _plain(text: str) -> str:
    # Composed, since a face may have a letter with its accent and not the accent alone.
    return unicodedata.normalize("NFC", text)


def _in_order(text: str) -> Iterator[str]:
    """Yield the words as they stand from left to right.

    Shaping turns the letters of a word that is written from the right; ReportLab then sets word by
    word from the left, so words of one such run are handed over backwards.
    """
    run: list[str] = []
    for word in text.split():
        if _is_from_right(word):
            run.insert(0, word)
            continue
        yield from run
        run = []
        yield word
    yield from run


def _is_from_right(word: str) -> bool:
    first = next((unicodedata.bidirectional(c) for c in word if c.isalpha()), "")
    return first in _FROM_RIGHT


def _word(word: str) -> str:
    drawn = ((face, escape(_drawn_in(face, run))) for face, run in _runs(word))
    return "".join(f'<font name="{face}">{run}</font>' if face else run for face, run in drawn)


def _drawn(word: str) -> str:
    """Return a word with what its faces lack as ``MISSING``."""
    return "".join(_drawn_in(face, run) for face, run in _runs(word))


def _drawn_in(face: str, run: str) -> str:
    known = register_faces()
    return "".join(
        char if (char <= _LAST_OF_CID if face else char in known) else MISSING for char in run
    )


def _runs(word: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a word with the face of each, empty for those that FiraGO draws.

    A name may be written in two scripts without a space between, and neither face has both.
    """
    for is_of_cid, chars in groupby(word, key=lambda char: bool(_script_of(char))):
        run = "".join(chars)
        yield (_face_of(run) if is_of_cid else ""), run


def _face_of(run: str) -> str:
    """Return the one face of letters in Chinese, Japanese or Korean that stand together."""
    found = {_script_of(char) for char in run}
    return next(face for face in (HANGUL, KANA, HAN) if face in found)


def _script_of(char: str) -> str:
    return _SCRIPTS.get(unicodedata.name(char, "").partition(" ")[0], "")
