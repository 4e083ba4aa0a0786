"""Read the marks of a form into an answer; ``evalhub.core.judging.marking`` says what they are."""

from collections.abc import Iterable
from dataclasses import replace

from evalhub.core.free_words import is_clean
from evalhub.core.judging.answers import SIDES, Answer, Mark, Side, SideFlags
from evalhub.core.judging.form_reading import MAX_QUOTE_CHARS, FormReader
from evalhub.core.judging.marking import AT, AWAY, MARK_FIELD, MARKS_QUESTION, MAX_MARKS, PARTS
from evalhub.core.rubrics.schema import Rubric
from evalhub.errors import Sentence


def read_marks(form: FormReader, rubric: Rubric) -> Iterable[Mark]:
    """Yield the marks of a form whose words have been looked up, taking their fields out."""
    named = [MARK_FIELD.fullmatch(name) for name in form.values_by_name]
    numbers = sorted({int(found["number"]) for found in named if found})
    if len(numbers) > MAX_MARKS:
        form.refuse(
            MARKS_QUESTION,
            Sentence(
                "%(n)s marks were sent; at most %(most)s are kept", n=len(numbers), most=MAX_MARKS
            ),
        )
    for number in numbers:
        mark = _mark(form, rubric, number)
        if mark is not None:
            yield mark


def _mark(form: FormReader, rubric: Rubric, number: int) -> Mark | None:
    start, question = f"marks.{number}.", MARKS_QUESTION
    # Words are taken as they stand in the text: a blank at an end of theirs may be meant.
    words = form.one(start + "words", question=question)
    side = form.word(start + "side", SIDES, question=question)
    at = AT.fullmatch(form.one(start + "at", question=question))
    flags = [flag.id for flag in rubric.flags.items]
    flag = form.word(start + "flag", flags, question=question) or ""
    reason = form.text(start + "reason", question=question, most=MAX_QUOTE_CHARS)
    if form.one(start + AWAY, question=question) or not words.strip():
        return None
    if len(words) > MAX_QUOTE_CHARS:
        form.refuse(
            question,
            Sentence(
                "mark %(number)s has %(length)s characters; at most %(most)s are kept",
                number=number,
                length=len(words),
                most=MAX_QUOTE_CHARS,
            ),
        )
    if side is None or at is None:
        form.refuse(
            question,
            Sentence("mark %(number)s: its words have no place in an answer", number=number),
        )
        return None
    if not flag and not reason:
        form.refuse(
            question, Sentence("mark %(number)s: choose a flag or give a reason", number=number)
        )
    named: Side = "a" if side == "a" else "b"
    return Mark(named, int(at["start"]), int(at["end"]), words, flag, reason)


def with_quotes_of_marks(answer: Answer) -> Answer:
    """Return ``answer`` with words for each flag that was given none but has a mark.

    Whoever marked the words has shown them; whoever reads flags reads them there.
    """
    words = {
        (mark.side, mark.flag): " ".join(mark.quote.split())
        for mark in reversed(answer.marks)
        if is_clean(mark.quote)
    }

    def quoted(flags: SideFlags, side: Side) -> SideFlags:
        raised = (
            one if one.quote else replace(one, quote=words.get((side, one.flag), ""))
            for one in flags.raised
        )
        return replace(flags, raised=tuple(raised))

    return replace(answer, flags_a=quoted(answer.flags_a, "a"), flags_b=quoted(answer.flags_b, "b"))


def mark_fields(marks: Iterable[Mark]) -> Iterable[tuple[str, str]]:
    """Yield the fields that a form with ``marks`` sends: the way back from ``read_marks``."""
    for number, mark in enumerate(marks, start=1):
        values = (mark.side, mark.quote, f"{mark.start}-{mark.end}", mark.flag, mark.reason)
        yield from zip((f"marks.{number}.{part}" for part in PARTS), values, strict=True)
