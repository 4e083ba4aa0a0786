"""Say which answers to a control are right, in the order of its pair and not as it was shown."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from evalhub.core.free_words import check_words
from evalhub.core.judging.answers import Choice
from evalhub.errors import Problem, Sentence

MAX_REASON = 4_000


class KeyAnswer(StrEnum):
    """One of the three answers to a pair."""

    X = "x"
    """The pair's first response is better."""
    TIE = "tie"
    """Neither is better, whether both are good or both are bad."""
    Y = "y"
    """The pair's second response is better."""


_ANSWERS = {
    Choice.A: KeyAnswer.X,
    Choice.TIE: KeyAnswer.TIE,
    Choice.BOTH_GOOD: KeyAnswer.TIE,
    Choice.BOTH_BAD: KeyAnswer.TIE,
    Choice.B: KeyAnswer.Y,
}
_TURNED = {KeyAnswer.X: KeyAnswer.Y, KeyAnswer.Y: KeyAnswer.X, KeyAnswer.TIE: KeyAnswer.TIE}


def answer_of(choice: Choice, *, is_swapped: bool = False) -> KeyAnswer | None:
    """Return what a choice answers in the pair's own order; None for cannot-judge.

    ``is_swapped`` says that the pair was shown, and so chosen from, in the other order.
    """
    answer = _ANSWERS.get(choice)
    return _TURNED[answer] if answer is not None and is_swapped else answer


def turned(accepted: Collection[KeyAnswer]) -> frozenset[KeyAnswer]:
    """Return the same answers with the two responses in the other order."""
    return frozenset(_TURNED[one] for one in accepted)


def key_text(accepted: Collection[KeyAnswer]) -> str:
    """Return the answers as they are stored: in one order, so that equal keys are equal texts."""
    return ",".join(one.value for one in KeyAnswer if one in accepted)


def key_from_text(text: str) -> frozenset[KeyAnswer]:
    """Return the answers of a stored key; none where its item was withdrawn."""
    return frozenset(KeyAnswer(one) for one in text.split(",") if one)


def check_key(accepted: Collection[KeyAnswer], reason: str) -> Iterator[Problem]:
    """Yield what is wrong with a key.

    One that takes every answer says nothing of anybody; without a reason nobody could contest it.
    """
    if len(set(accepted)) == len(KeyAnswer):
        yield Problem("accepted", Sentence("a key that takes every answer asks nothing"))
    yield from check_words(reason, most=MAX_REASON)
