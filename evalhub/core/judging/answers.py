"""One annotator's answer to one form, as typed data, and its JSON form.

An answer may be partial, so that drafts use the same type; ``evalhub.core.judging.checks``
says what is missing. Everything is written as the annotator saw it: side A is the response
shown as A, and a negative preference means that A is better. ``swap_sides`` turns an answer
to the other order, for instance to the pair's canonical one.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeAlias

from evalhub.core.canonical import Json
from evalhub.core.rubrics.canonical import fields_to_json
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.spots import Findings, spot_of_json
from evalhub.core.rubrics.vocabulary import TieQuality
from evalhub.errors import BadInput

SCHEMA = "evalhub.answer/1"

Side: TypeAlias = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")


class Choice(StrEnum):
    """Say which response was preferred, as shown."""

    A = "a"
    """The response shown as A."""

    B = "b"
    """The response shown as B."""

    TIE = "tie"
    """About the same."""

    BOTH_GOOD = "both_good"
    """About the same, and either would serve."""

    BOTH_BAD = "both_bad"
    """About the same, and neither would serve."""

    CANNOT_JUDGE = "cannot_judge"
    """The annotator cannot say; a typed reason goes with it."""


class CannotJudgeReason(StrEnum):
    """Say why a pair could not be judged."""

    MISSING_CONTEXT = "missing_context"
    """Something needed to judge is not on the page."""

    AMBIGUOUS_PROMPT = "ambiguous_prompt"
    """The prompt can be read in ways that change the verdict."""

    CONTESTED = "contested"
    """Experts differ on the matter and both responses can be defended."""

    OUTSIDE_FIELD = "outside_field"
    """It turned out to lie outside the annotator's field."""

    NEEDS_TIME = "needs_time"
    """Judging it well would take longer than the task allows."""


class NotApplicable(StrEnum):
    """Mark a criterion that does not apply to a response or to the pair."""

    NA = "na"
    """Does not apply."""


Value: TypeAlias = int | NotApplicable


@dataclass(frozen=True, slots=True)
class TriageAnswer:
    """Hold the option chosen for one triage question."""

    question: str
    option: str


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """Hold one flag raised on a response and the words that show it, if any were given."""

    flag: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class SideFlags:
    """Hold the flags of one response; "none" ticked differs from nothing ticked."""

    none_ticked: bool = False
    raised: tuple[RaisedFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """Hold what was found for the ``number``-th source (from 1) of a response."""

    number: int
    result: str


@dataclass(frozen=True, slots=True)
class RatedCriterion:
    """Hold the values given to both responses; None where a side has no value yet."""

    criterion: str
    a: Value | None = None
    b: Value | None = None


@dataclass(frozen=True, slots=True)
class ComparedCriterion:
    """Hold the value given to the pair; negative means that A is better."""

    criterion: str
    value: Value


@dataclass(frozen=True, slots=True)
class Mark:
    """Hold words of one response that were singled out, with the flag or the reason for it.

    ``start`` and ``end`` count code points of the response's text, and ``quote`` is what stands
    between them. ``flag`` is empty for a mark that has a reason only.
    """

    side: Side
    start: int
    end: int
    quote: str
    flag: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a whole form, in the order of the rubric's parts.

    ``choice`` is None where the overall question has no answer yet. ``preference`` is the
    graded choice, -3…3 as shown (negative: A better); it is 0 for every kind of tie, and None
    where there is no choice or the choice is cannot-judge.
    """

    triage: tuple[TriageAnswer, ...] = ()
    flags_a: SideFlags = SideFlags()
    flags_b: SideFlags = SideFlags()
    citations_a: tuple[CitationCheck, ...] = ()
    citations_b: tuple[CitationCheck, ...] = ()
    rated: tuple[RatedCriterion, ...] = ()
    compared: tuple[ComparedCriterion, ...] = ()
    choice: Choice | None = None
    preference: int | None = None
    cannot_judge_reason: CannotJudgeReason | None = None
    confidence: int | None = None
    reasons: tuple[str, ...] = ()
    why: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def quality(self) -> TieQuality | None:
        """Return whether a tie was called good or bad; None when neither was said."""
        if self.choice is Choice.BOTH_GOOD:
            return TieQuality.BOTH_GOOD
        return TieQuality.BOTH_BAD if self.choice is Choice.BOTH_BAD else None

    @property
    def has_flags(self) -> bool:
        """Return whether a flag is raised on either response."""
        return bool(self.flags_a.raised or self.flags_b.raised)

    def flags(self, side: Side) -> SideFlags:
        """Return the flags of one side."""
        return self.flags_a if side == "a" else self.flags_b

    def citations(self, side: Side) -> tuple[CitationCheck, ...]:
        """Return the citation checks of one side."""
        return self.citations_a if side == "a" else self.citations_b

    def triage_option(self, question: str) -> str | None:
        """Return the option chosen for a triage question, or None."""
        return next((item.option for item in self.triage if item.question == question), None)


def choice_of(preference: int) -> Choice:
    """Return the choice that a preference as shown stands for; 0 is a plain tie."""
    if preference == 0:
        return Choice.TIE
    return Choice.A if preference < 0 else Choice.B


def answer_to_json(answer: Answer) -> Json:
    """Return ``answer`` as JSON in the names of its fields, without those that hold nothing."""
    written = {"schema": SCHEMA, **fields_to_json(answer)}
    # Left out where there are none, so that an answer from before there were marks is written
    # as it always was: the same form sent again must be known as the same.
    return written if answer.marks else {k: v for k, v in written.items() if k != "marks"}


def answer_from_json(value: Json, *, where: str = "answer") -> Answer:
    """Return the answer that ``answer_to_json`` wrote as ``value``.

    Raise ``BadInput`` where the structure is not an answer's or the choice contradicts the
    preference. Whether it fits a rubric is for ``evalhub.core.judging.checks`` to say.
    """
    findings = Findings(where)
    spot = spot_of_json(value, findings)
    findings.raise_if_any()
    answer = decode(Answer, without_schema(spot, SCHEMA, findings), findings)
    if not is_consistent(answer):
        findings.add(f"{answer.preference} does not go with {answer.choice}", path="preference")
        raise BadInput(findings.problems)
    return answer


def is_consistent(answer: Answer) -> bool:
    """Tell whether the preference is one that goes with the choice."""
    if answer.choice is None or answer.choice is Choice.CANNOT_JUDGE:
        return answer.preference is None
    if answer.preference is None:
        return False
    # Plain tie, both good and both bad share the preference 0 and differ only in the choice.
    choice = choice_of(answer.preference)
    return choice is answer.choice or (choice is Choice.TIE and answer.quality is not None)


def swap_sides(answer: Answer) -> Answer:
    """Return the same answer with A and B exchanged; doing it twice gives ``answer`` back.

    Words the annotator wrote are left as they are, so a reason may still say "A": it must be
    read with the side order it was written under.
    """
    # Made anew, as its criteria are: to replace fields takes five times as long, and a release
    # turns half of all.
    return Answer(
        triage=answer.triage,
        flags_a=answer.flags_b,
        flags_b=answer.flags_a,
        citations_a=answer.citations_b,
        citations_b=answer.citations_a,
        rated=tuple([RatedCriterion(one.criterion, one.b, one.a) for one in answer.rated]),
        compared=tuple(
            [ComparedCriterion(one.criterion, _negated(one.value)) for one in answer.compared]
        ),
        choice=_SWAPPED_CHOICE.get(answer.choice, answer.choice) if answer.choice else None,
        preference=None if answer.preference is None else -answer.preference,
        cannot_judge_reason=answer.cannot_judge_reason,
        confidence=answer.confidence,
        reasons=answer.reasons,
        why=answer.why,
        marks=tuple(replace(mark, side="b" if mark.side == "a" else "a") for mark in answer.marks),
    )


_SWAPPED_CHOICE = {Choice.A: Choice.B, Choice.B: Choice.A}


def _negated(value: Value) -> Value:
    return value if isinstance(value, NotApplicable) else -value
