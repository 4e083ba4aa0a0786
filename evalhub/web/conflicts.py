"""Set two fillings of one form side by side, so that a person can choose between them."""

from dataclasses import dataclass

from evalhub.core.judging.forms import parse_form
from evalhub.core.judging.marking import placed_fields
from evalhub.errors import BadInput
from evalhub.services.judging.matter import Matter
from evalhub.services.judging.stored import Fields
from evalhub.web.said import said_of


@dataclass(frozen=True, slots=True)
class Differing:
    """Hold one question that two fillings answer differently, in words; empty where not at all."""

    question: str
    here: str
    there: str


def differing(matter: Matter, here: Fields, there: Fields) -> tuple[Differing, ...]:
    """Return what differs between two fillings, in the order of the form.

    A filling that no page could have sent has no words; then there is nothing to set side by
    side, and the choice between the two stays as it is.
    """
    try:
        mine, other = _words(matter, here), _words(matter, there)
    except BadInput:
        return ()
    return tuple(
        Differing(question, mine.get(question, ""), other.get(question, ""))
        for question in {**other, **mine}
        if mine.get(question) != other.get(question)
    )


def _words(matter: Matter, fields: Fields) -> dict[str, str]:
    answer = parse_form(matter.rubric, placed_fields(fields, matter.texts))
    found: dict[str, list[str]] = {}
    for stage in said_of(matter, answer):
        for one in stage.answers:
            side = f", {one.side}" if one.side else ""
            words = [one.words, f"“{one.quote}”" if one.quote else ""]
            question = f"{stage.name}: {one.question}{side}"
            found.setdefault(question, []).append(" ".join(filter(None, words)))
    return {question: "; ".join(words) for question, words in found.items()}
