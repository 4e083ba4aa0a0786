"""Make the columns of the judgments table, turned to the pair's canonical order."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from evalhub.core.judging.answers import SIDES, Answer, NotApplicable, Value
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.columns import Columns, column, columns_of
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


class _Judgment(NamedTuple):
    """Hold what the row of a judgment says beside what it says of its pair."""

    judgment_id: str
    annotator: str
    credential_class: str | None
    shown_left: str
    choice: str
    choice_shown: str
    preference: int | None
    preference_shown: int | None
    cannot_judge_reason: str | None
    confidence: int | None
    why: str
    reasons: tuple[str, ...]
    criteria: list[CriterionItem]
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
    rows = [_judgment(one) for pair in batch.pairs for one in pair.judgments]
    made = columns_of(rows, _Judgment._fields, SCHEMAS[Part.JUDGMENTS])
    whose = np.repeat(np.arange(len(batch.pairs)), [len(pair.judgments) for pair in batch.pairs])
    for name, side in (("a", batch.x), ("b", batch.y)):
        made[f"response_{name}_id"] = batch.response_ids.take(side[whose])
        made[f"model_{name}"] = batch.models.take(side[whose])
    outcomes = [summary.outcome.value for summary in batch.summaries]
    made["pair_outcome"] = column(outcomes, pa.string()).take(whose)
    made["pair_id"] = column([pair.id for pair in batch.pairs], pa.string()).take(whose)
    return made | about_prompts(batch, whose)


def _judgment(judgment: ReleaseJudgment) -> _Judgment:
    # Turned to the pair's own order, so that rows of one pair can be compared; what was shown
    # stands beside it.
    record, answer, decided = judgment.record, judgment.answer, judgment.decided
    pair = decided.pair
    return _Judgment(
        judgment_id=judgment.id,
        annotator=judgment.annotator,
        credential_class=record.credential_class,
        shown_left="b" if record.is_swapped else "a",
        choice=record.canonical_choice.value,
        choice_shown=record.choice.value,
        preference=record.canonical_preference,
        preference_shown=record.preference,
        cannot_judge_reason=answer.cannot_judge_reason and answer.cannot_judge_reason.value,
        confidence=record.confidence,
        why=record.why,
        reasons=answer.reasons,
        criteria=_criteria(answer),
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


def _criteria(answer: Answer) -> list[CriterionItem]:
    rated = [
        _criterion(item.criterion, side, value)
        for item in answer.rated
        for side, value in (("a", item.a), ("b", item.b))
        if value is not None
    ]
    return rated + [_criterion(item.criterion, "pair", item.value) for item in answer.compared]


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
