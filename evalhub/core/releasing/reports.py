"""Say what a lab may report of a row, and what a project may decide about it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from evalhub.core.free_words import check_words
from evalhub.errors import BadInput, Problem

MAX_TEXT = 2_000
MAX_REASON = 1_000
MAX_PAIR_ID = 64


class ReportKind(StrEnum):
    """Name what is wrong with a row."""

    WRONG_PREFERENCE = "wrong_preference"
    """The rejected response is the better one."""
    WRONG_TEXT = "wrong_text"
    """The prompt or a response is cut, garbled or not what its field should hold."""
    DUPLICATE = "duplicate"
    """The same content stands in another row."""
    PERSONAL_DATA = "personal_data"
    """A text tells who somebody is."""
    HARMFUL = "harmful"
    """The chosen response would do harm."""
    OTHER = "other"
    """Something else, which the text says."""


class ReportDecision(StrEnum):
    """Name what becomes of a row that was reported."""

    LEFT_OUT = "left_out"
    """The row is at fault: no later version holds the pair or what was said of it."""
    KEPT = "kept"
    """The row stands as it is."""


@dataclass(frozen=True, slots=True)
class RowReport:
    """Hold what a lab says of one row, checked.

    Raise ``BadInput`` naming each field that breaks its rule.
    """

    pair_id: str
    kind: ReportKind
    text: str

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= len(self.pair_id) <= MAX_PAIR_ID:
            problems.append(Problem("pair_id", f"needs 1 to {MAX_PAIR_ID} characters"))
        problems += check_words(self.text, most=MAX_TEXT, where="text")
        if problems:
            raise BadInput(problems)


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a project decides about a report, and why; both are published.

    Raise ``BadInput`` for a reason that breaks its rule.
    """

    decision: ReportDecision
    reason: str

    def __post_init__(self) -> None:
        if problems := list(check_words(self.reason, most=MAX_REASON)):
            raise BadInput(problems)


@dataclass(frozen=True, slots=True, order=True)
class AnsweredReport:
    """Hold what a release tells of one report: nothing of who made it, nor of their words.

    ``number`` counts the reports of a project; ``version`` is the one that holds the row.
    ``revision`` counts the decisions about it: one that is taken back and then restored is
    another decision than the first, though it says the same. It is 0 where a manifest from
    before it was told does not name it.
    """

    number: int
    version: str
    pair_id: str
    kind: ReportKind
    decision: ReportDecision
    reason: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """Hold what was answered since ``previous``, the version before; None for the first one."""

    previous: str | None = None
    reports: tuple[AnsweredReport, ...] = ()


def not_yet_told(
    answered: Iterable[AnsweredReport], told: Collection[AnsweredReport]
) -> tuple[AnsweredReport, ...]:
    """Return those of ``answered`` that are not in ``told``, what earlier versions tell.

    What an older manifest tells without a revision counts as told where the rest is the same:
    a decision that everybody has read must not come back as news.
    """
    return tuple(
        one for one in answered if one not in told and replace(one, revision=0) not in told
    )
