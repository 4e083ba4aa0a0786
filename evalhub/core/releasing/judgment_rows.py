"""Make the columns of the judgments table, turned to the pair's canonical order."""

from collections.abc import Hashable, Sequence
from itertools import accumulate, chain
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from evalhub.core.judging.answers import SIDES, Answer, NotApplicable, Value
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Column, Made
from evalhub.core.releasing.columns import JSON, Columns, column, columns_of, kinds_of
from evalhub.core.releasing.decisions import UNDECIDED
from evalhub.core.releasing.material import ReleaseJudgment
from evalhub.core.releasing.pair_rows import about_prompts
from evalhub.core.releasing.rows import (
    CitationItem,
    CriterionItem,
    FlagItem,
    MarkItem,
    TriageItem,
)
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part
from evalhub.core.releasing.weeks import iso_week

_Valued: TypeAlias = tuple[str, str, Value]
"""A criterion, the side that a value was given to, and the value."""


class _Own(NamedTuple):
    """Hold what no other judgment says: its names and its words."""

    judgment_id: str
    annotator: str
    why: str


class _Told(NamedTuple):
    """Hold what the row of a judgment says beside its words, criteria and what is of its pair."""

    credential_class: str | None
    shown_left: str
    choice: str
    choice_shown: str
    preference: int | None
    preference_shown: int | None
    cannot_judge_reason: str | None
    confidence: int | None
    reasons: tuple[str, ...]
    flags: list[FlagItem]
    marks: list[MarkItem]
    citations: list[CitationItem]
    triage: list[TriageItem]
    revision: int
    review: str | None
    decision: str | None
    decision_reason: str | None
    decision_week: str | None
    origin: str
    week: str
    rubric_id: str
    rubric_version: str
    is_simulated: bool


def judgment_columns(batch: PairBatch) -> Columns:
    """Return the columns of every judgment on the pairs; sides a and b are responses x and y."""
    schema = SCHEMAS[Part.JUDGMENTS]
    judgments = [one for pair in batch.pairs for one in pair.judgments]
    own = [_Own(one.id, one.annotator, one.record.why) for one in judgments]
    made = columns_of(own, _Own._fields, schema)
    firsts, kinds = kinds_of(map(_kind, judgments))
    told = columns_of([_told(judgments[place]) for place in firsts], _Told._fields, schema)
    made |= {name: one.take(kinds) for name, one in told.items()}
    made["criteria"] = _criteria([one.answer for one in judgments])
    whose = np.repeat(np.arange(len(batch.pairs)), [len(pair.judgments) for pair in batch.pairs])
    for name, side in (("a", batch.x), ("b", batch.y)):
        made[f"response_{name}_id"] = batch.response_ids.take(side[whose])
        made[f"model_{name}"] = batch.models.take(side[whose])
    outcomes = [summary.outcome.value for summary in batch.summaries]
    made["pair_outcome"] = column(outcomes, pa.string()).take(whose)
    made["pair_id"] = batch.pair_ids.take(whose)
    return made | about_prompts(batch, whose)


def _kind(judgment: ReleaseJudgment) -> tuple[Hashable, ...]:
    """Return a key that judgments share of which ``_told`` says the same."""
    record, answer, decided = judgment.record, judgment.answer, judgment.decided
    is_plain = decided is UNDECIDED and not (
        answer.has_flags
        or answer.marks
        or answer.citations_a
        or answer.citations_b
        or answer.triage
    )
    return (
        record.credential_class,
        record.is_swapped,
        record.choice,
        record.preference,
        answer.cannot_judge_reason,
        record.confidence,
        answer.reasons,
        record.revision,
        record.origin,
        record.person_origin,
        iso_week(record.created_at),
        record.rubric_id,
        record.rubric_version,
        # What few of them have is not compared: such a judgment is a kind of its own.
        None if is_plain else judgment.id,
    )


def _told(judgment: ReleaseJudgment) -> _Told:
    # Turned to the pair's own order, so that rows of one pair can be compared; what was shown
    # stands beside it.
    record, answer, decided = judgment.record, judgment.answer, judgment.decided
    pair = decided.pair
    return _Told(
        credential_class=record.credential_class,
        shown_left="b" if record.is_swapped else "a",
        choice=record.canonical_choice.value,
        choice_shown=record.choice.value,
        preference=record.canonical_preference,
        preference_shown=record.preference,
        cannot_judge_reason=answer.cannot_judge_reason and answer.cannot_judge_reason.value,
        confidence=record.confidence,
        reasons=answer.reasons,
        flags=_flags(answer),
        marks=_marks(answer),
        citations=_citations(answer),
        triage=[TriageItem(question=item.question, option=item.option) for item in answer.triage],
        revision=record.revision,
        review=decided.review.value if decided.review else None,
        decision=pair.verdict.value if pair else None,
        decision_reason=pair.reason if pair else None,
        decision_week=pair.week if pair else None,
        origin=record.origin.value,
        week=iso_week(record.created_at),
        rubric_id=record.rubric_id,
        rubric_version=record.rubric_version,
        is_simulated=record.is_simulated,
    )


def _criteria(answers: Sequence[Answer]) -> Column:
    """Return the values given to criteria: of a few kinds, each of which is made once."""
    number: dict[_Valued, int] = {}
    said = [[number.setdefault(one, len(number)) for one in _valued(each)] for each in answers]
    kind = SCHEMAS[Part.JUDGMENTS].field("criteria").type
    items = column([_criterion(*one) for one in number], kind.value_type)
    texts = items.json.to_pylist()
    ends = pa.array(accumulate(map(len, said), initial=0), pa.int32())
    taken = items.values.take(pa.array(list(chain.from_iterable(said)), pa.int64()))
    return Made(
        pa.ListArray.from_arrays(ends, taken, type=kind),
        pa.array([b"[%b]" % b",".join([texts[n] for n in one]) for one in said], JSON),
    )


def _valued(answer: Answer) -> list[_Valued]:
    """Return each value that an answer gives: for what, to which side, and how much."""
    rated = [
        (item.criterion, side, value)
        for item in answer.rated
        for side, value in (("a", item.a), ("b", item.b))
        if value is not None
    ]
    return rated + [(item.criterion, "pair", item.value) for item in answer.compared]


def _criterion(criterion: str, side: str, value: Value) -> CriterionItem:
    is_not_applicable = isinstance(value, NotApplicable)
    return CriterionItem(
        criterion=criterion,
        side=side,
        value=None if isinstance(value, NotApplicable) else value,
        is_not_applicable=is_not_applicable,
    )


def free_words(answer: Answer, why: str) -> str:
    """Return everything in a judgment that its annotator typed or quoted, for a search of it."""
    flags = (raised.quote for side in SIDES for raised in answer.flags(side).raised)
    marks = (words for mark in answer.marks for words in (mark.quote, mark.reason))
    return "\n\n".join(words for words in (why, *flags, *marks) if words)


def _flags(answer: Answer) -> list[FlagItem]:
    return [
        FlagItem(flag=raised.flag, side=side, quote=raised.quote)
        for side in SIDES
        for raised in answer.flags(side).raised
    ]


def _marks(answer: Answer) -> list[MarkItem]:
    return [
        MarkItem(
            side=mark.side,
            start=mark.start,
            end=mark.end,
            quote=mark.quote,
            flag=mark.flag,
            reason=mark.reason,
        )
        for mark in answer.marks
    ]


def _citations(answer: Answer) -> list[CitationItem]:
    return [
        CitationItem(number=check.number, side=side, result=check.result)
        for side in SIDES
        for check in answer.citations(side)
    ]
