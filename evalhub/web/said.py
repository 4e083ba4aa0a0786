"""Show a judgment that stands as its author gave it: every question, with the answer in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.judging.answers import SIDES, Answer, Choice, RatedCriterion, Side, Value
from evalhub.core.judging.citations import Citation
from evalhub.core.rubrics.schema import Criterion, Rubric
from evalhub.core.rubrics.vocabulary import Stage
from evalhub.services.judging.matter import Matter
from evalhub.web.judging_words import CANNOT_JUDGE_WORDS, STAGE_NAMES, verdict_words
from evalhub.web.language import N_, _

Sources: TypeAlias = Mapping[Side, Sequence[Citation]]
"""The sources found in each response, in their order."""

DOES_NOT_APPLY = N_("does not apply")


@dataclass(frozen=True, slots=True)
class Said:
    """Hold one question and what was answered; ``side`` is empty where it was about both.

    ``quote`` are words of the response, or a reason in the expert's own, to be set apart.
    """

    question: str
    words: str = ""
    side: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class SaidStage:
    """Hold what was answered in one part of the form."""

    name: str
    answers: tuple[Said, ...]


def said_of(matter: Matter, answer: Answer) -> tuple[SaidStage, ...]:
    """Return what ``answer`` says of a comparison, with the sources found in what was shown."""
    sources = {side: matter.shown(side).citations for side in SIDES}
    return said(matter.rubric, answer, sources)


def said(rubric: Rubric, answer: Answer, sources: Sources) -> tuple[SaidStage, ...]:
    """Return what ``answer`` says, in the order of the rubric's form, without what was left open.

    It is read from the rubric in the version that was judged under, so that the words are the
    ones that stood beside the boxes.
    """
    readers = {
        Stage.TRIAGE: _triage(rubric, answer),
        Stage.FLAGS: _flags(rubric, answer),
        Stage.CITATIONS: _citations(rubric, answer, sources),
        Stage.CRITERIA: _criteria(rubric, answer),
        Stage.OVERALL: _overall(rubric, answer),
        Stage.WHY: _why(rubric, answer),
    }
    stages = (
        SaidStage(STAGE_NAMES[stage.value], tuple(readers[stage])) for stage in rubric.task.stages
    )
    marks = SaidStage(_("Marked words"), tuple(_marks(rubric, answer)))
    return tuple(stage for stage in (*stages, marks) if stage.answers)


def _triage(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    for question in rubric.triage:
        labels = {option.id: option.label for option in question.options}
        chosen = answer.triage_option(question.id)
        if chosen is not None:
            yield Said(question.question, labels[chosen])


def _flags(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    labels = {flag.id: flag.label for flag in rubric.flags.items}
    for side in SIDES:
        flags = answer.flags(side)
        if flags.none_ticked:
            yield Said(_("Answer %(side)s", side=side.upper()), rubric.flags.none_option.label)
        for raised in flags.raised:
            yield Said(
                _("Answer %(side)s", side=side.upper()), labels[raised.flag], quote=raised.quote
            )


def _marks(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    labels = {flag.id: flag.label for flag in rubric.flags.items}
    for number, mark in enumerate(answer.marks, start=1):
        words = ": ".join(filter(None, (labels.get(mark.flag, ""), mark.reason)))
        yield Said(_("Mark %(number)s", number=number), words, mark.side.upper(), mark.quote)


def _citations(rubric: Rubric, answer: Answer, sources: Sources) -> Iterator[Said]:
    table = rubric.citations
    labels = {result.id: result.label for result in table.results} if table else {}
    for side in SIDES:
        for check in answer.citations(side):
            # The list of sources is found anew, by a rule that a later version may improve.
            is_listed = check.number <= len(sources[side])
            name = (
                sources[side][check.number - 1].label
                if is_listed
                else _("Source %(number)s", number=check.number)
            )
            yield Said(name, labels[check.result], side.upper())


def _criteria(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    rated = {item.criterion: item for item in answer.rated}
    compared = {item.criterion: item.value for item in answer.compared}
    points = {point.value: point.label for point in rubric.compare_scale.points}
    for criterion in rubric.criteria:
        if criterion.id in rated:
            yield from _rated(criterion, rated[criterion.id])
        if criterion.id in compared:
            yield Said(criterion.name, _value_words(compared[criterion.id], points))


def _rated(criterion: Criterion, item: RatedCriterion) -> Iterator[Said]:
    points = criterion.scale.points if criterion.scale else ()
    labels = {point.value: f"{point.value} {point.label}" for point in points}
    by_side: tuple[tuple[Side, Value | None], ...] = (("a", item.a), ("b", item.b))
    for side, value in by_side:
        if value is not None:
            yield Said(criterion.name, _value_words(value, labels), side.upper())


def _value_words(value: Value, labels: dict[int, str]) -> str:
    return labels[value] if isinstance(value, int) else _(DOES_NOT_APPLY)


def _overall(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    if answer.choice is not None:
        yield Said(rubric.overall.question, verdict_words(rubric, answer.choice, answer.preference))
    if answer.choice is Choice.CANNOT_JUDGE and answer.cannot_judge_reason is not None:
        yield Said(_("Why it cannot be judged"), CANNOT_JUDGE_WORDS[answer.cannot_judge_reason])
    labels = {point.value: point.label for point in rubric.overall.confidence.points}
    if answer.confidence is not None:
        yield Said(rubric.overall.confidence.question, labels[answer.confidence])


def _why(rubric: Rubric, answer: Answer) -> Iterator[Said]:
    names = {criterion.id: criterion.name for criterion in rubric.criteria}
    if answer.reasons:
        yield Said(_("What weighed most"), ", ".join(names[reason] for reason in answer.reasons))
    if answer.why:
        yield Said(rubric.why.question, quote=answer.why)
