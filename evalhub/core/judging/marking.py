"""Marks: words of a response that an annotator singled out, for a flag or with a reason.

A form names a mark by the fields ``marks.<n>.side``, ``.words``, ``.at``, ``.flag`` and
``.reason``. ``at`` is the place in the text as shown, "120-140" in code points; a form without
scripts leaves it out, and the words are looked for. Every place that reaches or leaves a browser
is one in the shown text. What is stored is the place in the stored text, which stays the same
whatever is masked later, with the words that stand there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from evalhub.core.judging.answers import SIDES, Answer, Mark, Side
from evalhub.core.judging.form_reading import MAX_QUOTE_CHARS
from evalhub.core.judging.masking import Masked, Span
from evalhub.core.judging.places import find_places
from evalhub.errors import Problem, Sentence

MARKS_QUESTION = "marks"
"""The place of a problem with a mark."""
PARTS = ("side", "words", "at", "flag", "reason")
AWAY = "away"
"""The part of a form that takes a mark away which is shown with its place."""
MARK_START = "marks."
MARK_FIELD = re.compile(rf"marks\.(?P<number>[1-9][0-9]?)\.(?P<part>{'|'.join((*PARTS, AWAY))})")
AT = re.compile(r"(?P<start>[0-9]{1,8})-(?P<end>[0-9]{1,8})")
_NTH = re.compile(r"#(?P<nth>[1-9][0-9]{0,2})/(?P<n>[1-9][0-9]{0,2})")
"""What a script says that knows a selection's turn on the page but not its place in the text."""

MAX_MARKS = 20
"""More would hide the answer under its marks, and no reader of a judgment could weigh them."""
MAX_SHOWN_WORDS = 60

Texts = Mapping[Side, Masked]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """Hold the fields of one mark as they were sent, and the places its words may mean.

    ``span`` is the one place that is meant, in the shown text; None where none or several are.
    """

    number: int
    side: Side | None
    words: str
    flag: str
    reason: str
    places: tuple[Span, ...]
    span: Span | None

    @property
    def at(self) -> str:
        """Return the place as a form names it; empty where it is open."""
        return "" if self.span is None else f"{self.span[0]}-{self.span[1]}"


def mark_rows(fields: Iterable[tuple[str, str]], texts: Texts) -> tuple[MarkRow, ...]:
    """Return the marks that a form holds, in their order, each looked up in ``texts``.

    A row without words is no mark, and neither is one whose box says that it goes. Words that are
    longer than a mark may be, and rows past the last that is kept, are not looked up: they are
    refused all the same, and a form could ask for hours of looking.
    """
    parts_by_number: dict[int, dict[str, str]] = {}
    for name, value in fields:
        # Asked first, as most forms hold no marks and many other fields.
        found = MARK_FIELD.fullmatch(name) if name.startswith(MARK_START) else None
        if found:
            parts_by_number.setdefault(int(found["number"]), {})[found["part"]] = value
    named = [
        (number, parts)
        for number, parts in sorted(parts_by_number.items())
        if parts.get("words", "").strip() and not parts.get(AWAY)
    ]
    return tuple(
        _row(number, parts, texts if nth < MAX_MARKS else {})
        for nth, (number, parts) in enumerate(named)
    )


def _row(number: int, parts: Mapping[str, str], texts: Texts) -> MarkRow:
    side = next((one for one in SIDES if one == parts.get("side")), None)
    words, at = parts["words"].strip(), parts.get("at", "").strip()
    is_looked_up = side is not None and side in texts and len(words) <= MAX_QUOTE_CHARS
    text = texts[side].text if side is not None and is_looked_up else ""
    span = _named(at, words, text)
    places = find_places(words, text) if span is None else (span,)
    chosen = places[0] if len(places) == 1 else _by_turn(at, places)
    return MarkRow(
        number=number,
        side=side,
        words=words if chosen is None else text[slice(*chosen)],
        flag=parts.get("flag", ""),
        reason=parts.get("reason", ""),
        places=places,
        span=chosen,
    )


def _named(at: str, words: str, text: str) -> Span | None:
    """Return the place that ``at`` names if ``words`` stand there, so that it may be believed."""
    found = AT.fullmatch(at)
    if found is None:
        return None
    start, end = int(found["start"]), int(found["end"])
    return (start, end) if words and same_words(text[start:end], words) else None


def _by_turn(at: str, places: Sequence[Span]) -> Span | None:
    found = _NTH.fullmatch(at)
    if found is None or int(found["n"]) != len(places) or int(found["nth"]) > len(places):
        return None
    return places[int(found["nth"]) - 1]


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts are the same but for blanks and the line breaks of a form."""
    return one.split() == other.split()


def placed_fields(fields: Sequence[tuple[str, str]], texts: Texts) -> list[tuple[str, str]]:
    """Return a form's fields with every mark at its place, as far as there is just one."""
    if not any(name.startswith(MARK_START) for name, _ in fields):
        return list(fields)
    rest = [field for field in fields if not MARK_FIELD.fullmatch(field[0])]
    return rest + [field for row in mark_rows(fields, texts) for field in _fields(row)]


def _fields(row: MarkRow) -> list[tuple[str, str]]:
    values = (row.side or "", row.words, row.at, row.flag, row.reason)
    return [
        (f"marks.{row.number}.{part}", value)
        for part, value in zip(PARTS, values, strict=True)
        if value
    ]


def unplaced(rows: Iterable[MarkRow]) -> list[Problem]:
    """Return what is wrong with the marks that have no place, each by its number on the form."""
    return [Problem(MARKS_QUESTION, _rule(row)) for row in rows if row.span is None]


def _rule(row: MarkRow) -> str:
    if row.side is None:
        return Sentence("mark %(number)s: say in which answer the words stand", number=row.number)
    name, words = row.side.upper(), shortened(row.words)
    if not row.places:
        return Sentence(
            "mark %(number)s: “%(words)s” does not stand in answer %(side)s; copy it from there",
            number=row.number,
            words=words,
            side=name,
        )
    return Sentence(
        "mark %(number)s: “%(words)s” stands %(n)s times in answer %(side)s; choose which is meant",
        number=row.number,
        words=words,
        n=len(row.places),
        side=name,
    )


def shortened(words: str) -> str:
    """Return the start of ``words`` on one line, for a message."""
    line = " ".join(words.split())
    return line if len(line) <= MAX_SHOWN_WORDS else line[: MAX_SHOWN_WORDS - 1] + "…"


def check_mark(mark: Mark, number: int, text: Masked) -> str:
    """Return what is wrong with the place of a mark in the text as shown; "" if nothing."""
    name, span = mark.side.upper(), (mark.start, mark.end)
    where = f"mark {number}: characters {mark.start} to {mark.end} of answer {name}"
    if not 0 <= mark.start < mark.end <= len(text.text):
        return f"{where}, which has {len(text.text)}, are no place in it"
    stands = text.text[mark.start : mark.end]
    if stands != mark.quote:
        return f"{where} read “{shortened(stands)}”, not “{shortened(mark.quote)}”"
    if text.stored_span(span) is None:
        return Sentence(
            "mark %(number)s lies across a masked name; mark the words before or after it",
            number=number,
        )
    return ""


def with_stored_marks(answer: Answer, texts: Texts) -> Answer:
    """Return ``answer`` with its marks at their places in the stored texts.

    Call it with an answer that ``check_mark`` found nothing wrong with.
    """
    return replace(
        answer,
        marks=tuple(
            _moved(mark, texts[mark.side].stored_span(_span(mark))) or mark for mark in answer.marks
        ),
    )


def with_shown_marks(answer: Answer, texts: Texts) -> Answer:
    """Return a stored answer with its marks at their places in the texts as they are shown.

    A mark on words that are masked by now is left out: showing it would tell a name.
    """
    marks = tuple(_moved(mark, texts[mark.side].shown_span(_span(mark))) for mark in answer.marks)
    return replace(answer, marks=tuple(mark for mark in marks if mark))


def _span(mark: Mark) -> Span:
    return (mark.start, mark.end)


def _moved(mark: Mark, span: Span | None) -> Mark | None:
    return None if span is None else replace(mark, start=span[0], end=span[1])
