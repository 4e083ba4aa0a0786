"""Turn judgments into ratings: the overall choice, the graded preference, each criterion."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from evalhub.core.judging.answers import (
    SCHEMA,
    Answer,
    Choice,
    NotApplicable,
    Value,
    answer_from_json,
    swap_sides,
)
from evalhub.core.judging.records import JudgmentRecord, SortKey
from evalhub.core.rubrics.schema import version_key
from evalhub.core.scoring.agreement.ratings import GivenAnswer, Ratings, ratings_of
from evalhub.core.scoring.agreement.vocabulary import TieRule

ReadJudgment: TypeAlias = tuple[JudgmentRecord, Answer]
PairKey: TypeAlias = tuple[str, SortKey, SortKey]

EXTREME = 3
PREFERENCES = tuple(range(-EXTREME, EXTREME + 1))

CHOICES = ("x", "tie", "y")
"""The three answers to a pair, in order: the first response, neither, the second."""

TIE = 1
"""The place of a tie among them."""


class SubjectKind(StrEnum):
    """Say what kind of answer annotators agree on."""

    OVERALL = "overall choice"
    """Which response is preferred, or neither."""
    PREFERENCE = "graded preference"
    """How clearly, -3 to 3."""
    COMPARED = "compared criterion"
    """One aspect of the pair, on the rubric's comparing scale."""
    RATED = "rated criterion"
    """One aspect of each response, on the criterion's own scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Hold the answers to one question of a rubric; ``name`` is the criterion's id, or empty."""

    kind: SubjectKind
    name: str
    ratings: Ratings
    tie_rule: TieRule


def pair_of(record: JudgmentRecord) -> PairKey:
    """Return what names the judged pair, cheaper than its hash."""
    return record.prompt_key, record.x.sort_key, record.y.sort_key


def meaning_of(record: JudgmentRecord) -> tuple[str, int]:
    """Return the rubric and its major version: only answers with the same ones are compared."""
    return record.rubric_id, version_key(record.rubric_version)[0]


def code_of(record: JudgmentRecord) -> int | None:
    """Return the choice as its place in ``CHOICES``; None for cannot-judge."""
    return _CODES.get(record.canonical_choice)


_CODES = {
    Choice.A: 0,
    Choice.TIE: TIE,
    Choice.BOTH_GOOD: TIE,
    Choice.BOTH_BAD: TIE,
    Choice.B: 2,
}


def by_time(records: Iterable[JudgmentRecord]) -> list[JudgmentRecord]:
    """Return records in the order in which they were made, so that the first of repeats leads."""
    # Judgments of one file share a time; their ids come from the file's lines, on any database.
    return sorted(records, key=lambda record: (record.created_at, record.public_id))


def overall_choices(records: Sequence[JudgmentRecord], *, with_ties: bool = True) -> Subject:
    """Return the overall choices; cannot-judge is no answer, and every kind of tie is a tie.

    Where ties are left out, an annotator whose first answer is a tie has none to the pair, even
    if a repeat prefers a side.
    """
    given = (
        GivenAnswer(pair_of(record), pair_of(record), record.person_public_id, code)
        for record in records
        if (code := code_of(record)) is not None
    )
    ratings = ratings_of(given, CHOICES)
    if with_ties:
        return Subject(SubjectKind.OVERALL, "", ratings, TieRule.THIRD_ANSWER)
    return Subject(SubjectKind.OVERALL, "", ratings.without(TIE), TieRule.LEFT_OUT)


def graded_preferences(records: Sequence[JudgmentRecord]) -> Subject:
    """Return the graded preferences, turned to the pair's own order."""
    given = (
        GivenAnswer(pair_of(record), pair_of(record), record.person_public_id, value + EXTREME)
        for record in records
        if (value := record.canonical_preference) is not None
    )
    categories = tuple(str(value) for value in PREFERENCES)
    return Subject(SubjectKind.PREFERENCE, "", ratings_of(given, categories), TieRule.MIDDLE)


def criteria(
    records: Sequence[JudgmentRecord], scales: Mapping[str, Sequence[int]]
) -> tuple[Subject, ...]:
    """Return one subject a criterion that anybody answered, in the order of their ids.

    ``scales`` holds the values that each criterion offers; one that is not in it gets the values
    that were given. "Does not apply" is no answer.
    """
    read = [(record, _canonical(record)) for record in records if _has_criteria(record)]
    compared = {item.criterion for _, answer in read for item in answer.compared}
    rated = {item.criterion for _, answer in read for item in answer.rated}
    found = [
        *(_subject(SubjectKind.COMPARED, name, read, scales) for name in sorted(compared)),
        *(_subject(SubjectKind.RATED, name, read, scales) for name in sorted(rated)),
    ]
    return tuple(subject for subject in found if subject is not None)


def _has_criteria(record: JudgmentRecord) -> bool:
    return isinstance(record.answer, Mapping) and not _CRITERIA.isdisjoint(record.answer)


_CRITERIA = frozenset({"rated", "compared"})


def _canonical(record: JudgmentRecord) -> Answer:
    """Return the criteria of the answer with A standing for x and B for y.

    The rest of the form is not read: it says nothing here, and reading it is most of the time.
    """
    form = record.answer if isinstance(record.answer, Mapping) else {}
    asked = {name: form[name] for name in _CRITERIA if name in form}
    answer = answer_from_json({"schema": SCHEMA, **asked}, where=f"judgment {record.public_id}")
    return swap_sides(answer) if record.is_swapped else answer


def _subject(
    kind: SubjectKind,
    name: str,
    read: Sequence[ReadJudgment],
    scales: Mapping[str, Sequence[int]],
) -> Subject | None:
    values = list(_VALUES[kind](name, read))
    if not values:
        return None
    # A value that the stored scale lacks is still an answer; dropping it would raise agreement.
    scale = sorted({*scales.get(name, ()), *(value for _, _, _, value in values)})
    place = {value: position for position, value in enumerate(scale)}
    given = (GivenAnswer(block, unit, who, place[value]) for block, unit, who, value in values)
    rule = TieRule.MIDDLE if kind is SubjectKind.COMPARED else TieRule.NO_TIES
    return Subject(kind, name, ratings_of(given, tuple(str(value) for value in scale)), rule)


_Values: TypeAlias = Iterator[tuple[PairKey, Hashable, str, int]]


def _compared(name: str, read: Sequence[ReadJudgment]) -> _Values:
    for record, answer in read:
        pair = pair_of(record)
        for item in answer.compared:
            if item.criterion == name and (value := _number(item.value)) is not None:
                yield pair, pair, record.person_public_id, value


def _rated(name: str, read: Sequence[ReadJudgment]) -> _Values:
    for record, answer in read:
        pair = pair_of(record)
        for item in answer.rated:
            for side, given in (("x", item.a), ("y", item.b)):
                if item.criterion == name and (value := _number(given)) is not None:
                    yield pair, (pair, side), record.person_public_id, value


_VALUES: Mapping[SubjectKind, Callable[[str, Sequence[ReadJudgment]], _Values]] = {
    SubjectKind.COMPARED: _compared,
    SubjectKind.RATED: _rated,
}


def _number(value: Value | None) -> int | None:
    """Return a value of the scale; None for "does not apply" and for no answer."""
    return None if value is None or isinstance(value, NotApplicable) else value
