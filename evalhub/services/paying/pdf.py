"""Set a month's statement as PDF, with the same bytes for the same statement in one language."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from evalhub.core.pay.earnings import Sums
from evalhub.core.pay.statements import Statement, StatementLine
from evalhub.core.pay.words import KIND_WORDS, REASON_WORDS, duration
from evalhub.errors import Sentence
from evalhub.services.paying.faces import (
    BOLD,
    FACE,
    needs_shaping,
    register_faces,
    set_text,
    undrawable,
)
from evalhub.services.paying.speech import ENGLISH, Speech

SIDE, TOP = 20 * mm, 18 * mm
WIDTHS = (72 * mm, 28 * mm, 16 * mm, 26 * mm, 28 * mm)
RULE = colors.HexColor("#c9d0d6")

_PLAIN = ParagraphStyle("plain", fontName=FACE, fontSize=8.5, leading=12)
_SMALL = ParagraphStyle("small", parent=_PLAIN, fontSize=7.5, leading=10.5)
_TITLE = ParagraphStyle("title", parent=_PLAIN, fontName=BOLD, fontSize=15, leading=22)
_HEAD = ParagraphStyle("head", parent=_PLAIN, fontName=BOLD, leading=18, spaceBefore=6)
_BOLD = ParagraphStyle("bold", parent=_PLAIN, fontName=BOLD)
_RIGHT = ParagraphStyle("right", parent=_PLAIN, alignment=2)
_BOLD_RIGHT = ParagraphStyle("bold_right", parent=_BOLD, alignment=2)

NOTE = Sentence(
    "No money moves in EvalHub. This lists what was booked of the work of the month in UTC, for "
    "an invoice and for whoever pays it. The hour is all money over all active time, paid or not, "
    "rounded down; comparisons whose time no script counted are left out of it on both sides."
)


def statement_pdf(statement: Statement, speech: Speech = ENGLISH) -> bytes:
    """Return a statement as PDF, in the words of ``speech``.

    It holds no time of making and no chance, so two people who ask for one month in one language
    get one file.
    """
    register_faces()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=SIDE,
        rightMargin=SIDE,
        topMargin=TOP,
        bottomMargin=TOP,
        title=speech.say(_headline(statement)),
        author="EvalHub",
        lang=speech.language,
        # Leaves out the clock and the chance that would otherwise stand in every file.
        invariant=1,
    )
    document.build(list(_parts(statement, speech)))
    return file.getvalue()


def _headline(statement: Statement) -> Sentence:
    return Sentence("Statement of work, %(month)s", month=str(statement.month))


def _parts(statement: Statement, speech: Speech) -> Iterator[Flowable]:
    say = speech.say
    yield _text(say(_headline(statement)), _TITLE)
    yield _text(f"{statement.name}, {statement.public_id}", _PLAIN)
    if statement.is_open:
        yield _text(say(Sentence("The month is not over: more may be booked.")), _PLAIN)
    yield _text(say(Sentence("Work")), _HEAD)
    if not statement.booked:
        yield _text(say(Sentence("Nothing was booked.")), _PLAIN)
        yield from _told_missing(statement, speech)
        return
    yield _table(_said(say, _LINE_HEAD), [_line(line, speech) for line in statement.lines])
    earnings = statement.earnings
    yield _text(say(Sentence("In all")), _HEAD)
    yield _table(_said(say, _TOTAL_HEAD), [_total(sums, speech) for sums in earnings.totals])
    for sums in earnings.totals:
        if sums.seconds > 0:
            yield _text(say(_an_hour(sums, speech)), _PLAIN)
    if earnings.unpaid:
        yield _text(say(Sentence("Unpaid time")), _HEAD)
        for one in earnings.unpaid:
            yield _text(f"{say(REASON_WORDS[one.reason])}: {duration(one.seconds)}", _PLAIN)
    yield from _told_missing(statement, speech)
    yield _text(say(NOTE), _SMALL)


def _told_missing(statement: Statement, speech: Speech) -> Iterator[Flowable]:
    """Yield a line about the characters of names that no face could draw."""
    missing = undrawable(statement.name, *(line.project_title for line in statement.lines))
    if missing:
        words = Sentence(
            "A dot stands for what could not be drawn: %(characters)s",
            characters="; ".join(missing),
        )
        yield _text(speech.say(words), _SMALL)


def _an_hour(sums: Sums, speech: Speech) -> Sentence:
    if sums.per_hour is None:
        return Sentence(
            "Effective hour in %(currency)s: too little time to tell; it is told from ten minutes "
            "of counted time on.",
            currency=sums.currency,
        )
    return Sentence(
        "Effective hour in %(currency)s: %(amount)s",
        currency=sums.currency,
        amount=speech.money(sums.per_hour, sums.currency),
    )


_LINE_HEAD = (
    Sentence("Project"),
    Sentence("Task"),
    Sentence("Paid"),
    Sentence("Time"),
    Sentence("Amount"),
)
_TOTAL_HEAD = (
    Sentence("Currency"),
    Sentence("Paid time"),
    "",
    Sentence("Unpaid time"),
    Sentence("Amount"),
)


def _said(say: Callable[[str], str], head: Sequence[str]) -> list[str]:
    return [say(words) for words in head]


def _line(line: StatementLine, speech: Speech) -> tuple[str, ...]:
    sums, time = line.sums, duration(line.sums.seconds)
    if sums.n_untimed:
        untimed = speech.say(Sentence("%(n)s untimed", n=sums.n_untimed))
        time = f"{time}, {untimed}"
    return (
        line.project_title or speech.say(Sentence("outside projects")),
        speech.say(KIND_WORDS[line.kind]),
        str(line.n),
        time,
        speech.money(sums.minor_units, sums.currency),
    )


def _total(sums: Sums, speech: Speech) -> tuple[str, ...]:
    return (
        sums.currency,
        duration(sums.paid_seconds),
        "",
        duration(sums.unpaid_seconds),
        speech.money(sums.minor_units, sums.currency),
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    last = len(head) - 1
    cells: list[list[Flowable]] = [
        [_text(cell, _BOLD_RIGHT if i == last else _BOLD) for i, cell in enumerate(head)]
    ]
    cells += [
        [_text(cell, _RIGHT if i == last else _PLAIN) for i, cell in enumerate(row)] for row in rows
    ]
    # The head stands on every page that a long month runs over.
    table = Table(cells, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
    )
    return table


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(set_text(text), _shaped(style) if needs_shaping(text) else style)


def _shaped(style: ParagraphStyle) -> ParagraphStyle:
    return ParagraphStyle(f"{style.name} shaped", parent=style, shaping=1)
