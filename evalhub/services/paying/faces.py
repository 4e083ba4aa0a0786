"""The faces that statements are set in."""

from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# Both come with ReportLab itself, so a statement needs no font of the machine that makes it and
# has the same bytes on each.
FACE, BOLD = "Vera", "VeraBd"
MISSING = "\N{MIDDLE DOT}"
"""Stands for a character that the face lacks, which would otherwise be an empty box."""


@cache
def register_faces() -> frozenset[int]:
    """Make the faces known to ReportLab and return the characters that both can draw."""
    faces = [TTFont(name, f"{name}.ttf") for name in (FACE, BOLD)]
    for face in faces:
        pdfmetrics.registerFont(face)
    plain, bold = (frozenset(face.face.charToGlyph) for face in faces)
    return plain & bold


def drawable(text: str) -> str:
    """Return ``text`` with what the faces cannot draw as a dot, in one line."""
    known = register_faces()
    return "".join(letter if ord(letter) in known or letter == " " else MISSING for letter in text)
