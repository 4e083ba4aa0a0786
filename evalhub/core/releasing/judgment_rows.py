"""Make the rows of the judgments table, turned to the pair's canonical order."""

from datetime import datetime

from evalhub.core.judging.answers import SIDES, Answer, NotApplicable, Value
from evalhub.core.releasing.identifiers import response_id
from evalhub.core.releasing.material import JudgedPair, ReleaseJudgment
from evalhub.core.releasing.rows import (
    CitationItem,
    CriterionItem,
    FlagItem,
    JudgmentRow,
    MarkItem,
    TriageItem,
)
from evalhub.core.releasing.vocabulary import PairOutcome


def judgment_row(judgment: ReleaseJudgment, pair: JudgedPair, outcome: PairOutcome) -> JudgmentRow:
    """Return the row of one judgment; sides a and b are the pair's responses x and y."""
    # Turned to the pair's own order, so that rows of one pair can be compared; what was shown
    # stands beside it.
    record, answer = judgment.record, judgment.answer
    return JudgmentRow(
        judgment_id=judgment.id,
        pair_id=pair.id,
        prompt_id=pair.prompt.key,
        annotator=judgment.annotator,
        response_a_id=response_id(pair.prompt.sha256, pair.x),
        response_b_id=response_id(pair.prompt.sha256, pair.y),
        model_a=pair.x.model,
        model_b=pair.y.model,
        shown_left="b" if record.is_swapped else "a",
        choice=record.canonical_choice.value,
        choice_shown=record.choice.value,
        preference=record.canonical_preference,
        preference_shown=record.preference,
        cannot_judge_reason=answer.cannot_judge_reason and answer.cannot_judge_reason.value,
        confidence=record.confidence,
        why=record.why,
        reasons=list(answer.reasons),
        criteria=_criteria(answer),
        flags=_flags(answer),
        marks=_marks(answer),
        citations=_citations(answer),
        triage=[TriageItem(question=item.question, option=item.option) for item in answer.triage],
        pair_outcome=outcome.value,
        origin=record.origin.value,
        week=iso_week(record.created_at),
        domain=pair.prompt.prompt.domain,
        language=pair.prompt.prompt.language,
        rubric_id=record.rubric_id,
        rubric_version=record.rubric_version,
        split=pair.split.value,
        is_simulated=record.is_simulated,
    )


def iso_week(moment: datetime) -> str:
    """Return the ISO week, such as ``2026-W47``: finer times could tell people apart."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"


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
