"""What an answer amounts to: a judgment, a return or a cannot-judge; its vetoes and its score."""

from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from evalhub.core.judging.answers import Answer, Choice, Side, Value
from evalhub.core.rubrics.conditions import Facts, FactValue
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.vocabulary import Route


class OutcomeKind(StrEnum):
    """Say what becomes of a submitted form."""

    JUDGMENT = "judgment"
    """A choice that counts in scoring."""

    RETURN = "return"
    """A triage option sends the pair back; nothing else on the form counts."""

    CANNOT_JUDGE = "cannot_judge"
    """Stored with its typed reason; it scores nothing and costs the annotator nothing."""


class VetoState(StrEnum):
    """Say how many of the two responses have a flag with a veto."""

    NONE = "none"
    """Neither."""

    ONE_VETOED = "one_vetoed"
    """Exactly one; the other should be preferred."""

    BOTH_VETOED = "both_vetoed"
    """Both; the pair is never exported as a plain chosen and rejected."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what an answer amounts to.

    ``route`` says where a returned pair goes. ``vetoed_side`` is the side with a veto where
    exactly one has it. ``is_override`` holds when the choice goes against a veto: the vetoed
    response is preferred or put level with the other, or two vetoed ones are called good.
    """

    kind: OutcomeKind
    route: Route | None = None
    veto: VetoState = VetoState.NONE
    vetoed_side: Side | None = None
    is_override: bool = False


def outcome_of(rubric: Rubric, answer: Answer) -> Outcome:
    """Return what ``answer`` amounts to under ``rubric``; None of the rules is checked here."""
    route = route_of(rubric, answer)
    if route is not None:
        return Outcome(OutcomeKind.RETURN, route)
    is_judgment = answer.choice is not Choice.CANNOT_JUDGE
    a, b = _is_vetoed(rubric, answer, "a"), _is_vetoed(rubric, answer, "b")
    # Preferring one of two unacceptable responses says which is worse and goes against nothing;
    # calling both good contradicts the flags.
    if a and b:
        is_override = answer.choice is Choice.BOTH_GOOD
        return Outcome(_KINDS[is_judgment], veto=VetoState.BOTH_VETOED, is_override=is_override)
    if not a and not b:
        return Outcome(_KINDS[is_judgment])
    vetoed: Side = "a" if a else "b"
    against = {Choice(vetoed), Choice.TIE, Choice.BOTH_GOOD}
    return Outcome(
        _KINDS[is_judgment],
        veto=VetoState.ONE_VETOED,
        vetoed_side=vetoed,
        is_override=answer.choice in against,
    )


_KINDS = {True: OutcomeKind.JUDGMENT, False: OutcomeKind.CANNOT_JUDGE}


def route_of(rubric: Rubric, answer: Answer) -> Route | None:
    """Return where the triage sends the pair, the block outranking the queue; None if nowhere."""
    routes = {
        option.routes
        for question in rubric.triage
        for option in question.options
        if option.id == answer.triage_option(question.id)
    }
    return next((route for route in _ROUTES_BY_RANK if route in routes), None)


_ROUTES_BY_RANK = (Route.RETURN_AND_BLOCK, Route.RETURN_TO_QUEUE)


def facts_of(rubric: Rubric, answer: Answer, tags: frozenset[str]) -> Facts:
    """Return what conditions may ask about: the prompt's tags, triage fields and the answer's own.

    ``overall_abs`` is absent until there is a preference.
    """
    fields: dict[str, FactValue] = {
        "flags_any": answer.has_flags,
        "veto_override": outcome_of(rubric, answer).is_override,
    }
    if answer.preference is not None:
        fields["overall_abs"] = abs(answer.preference)
    for question in rubric.triage:
        option = answer.triage_option(question.id)
        if question.sets is not None and option is not None:
            fields[question.sets] = option
    return Facts(tags, fields)


def score_of(choice: Choice) -> float | None:
    """Return the score of the response shown as A: 1, 0.5 for any tie, 0; None for cannot-judge."""
    return _SCORES.get(choice)


_SCORES = {
    Choice.A: 1.0,
    Choice.B: 0.0,
    Choice.TIE: 0.5,
    Choice.BOTH_GOOD: 0.5,
    Choice.BOTH_BAD: 0.5,
}


def sign_of(choice: Choice, *, is_swapped: bool) -> int:
    """Return 1 where response x is preferred, -1 where y is, 0 for neither.

    A cannot-judge says nothing of the responses, so it neither makes nor settles a conflict.
    """
    sign = {Choice.A: 1, Choice.B: -1}.get(choice, 0)
    return -sign if is_swapped else sign


def qa_score(rubric: Rubric, answer: Answer) -> float | None:
    """Return the weighted difference of the criteria, in -1…1, negative where A is better.

    The score is sum(w·d) / sum(w) over the criteria that were answered and apply, with
    d = (b - a) / (greatest - least value) for rated criteria and d = value / greatest value for
    compared ones. Swapping the sides negates it. It is for quality checks only: the stated
    preference is the label. None when no criterion with a weight was answered.
    """
    differences = _differences(rubric, answer)
    weights = {item.id: item.weight for item in rubric.criteria if item.id in differences}
    # fsum rounds once, so that swapping the sides gives exactly the negative.
    total = fsum(weights.values())
    if total == 0:
        return None
    return fsum(weight * differences[name] for name, weight in weights.items()) / total


def _differences(rubric: Rubric, answer: Answer) -> dict[str, float]:
    differences: dict[str, float] = {}
    for rated in answer.rated:
        criterion = rubric.criterion(rated.criterion)
        a, b = _number(rated.a), _number(rated.b)
        if criterion and criterion.scale and a is not None and b is not None:
            points = criterion.scale.points
            differences[rated.criterion] = (b - a) / (points[-1].value - points[0].value)
    greatest = rubric.compare_scale.points[-1].value
    for compared in answer.compared:
        value = _number(compared.value)
        if value is not None:
            differences[compared.criterion] = value / greatest
    return differences


def _number(value: Value | None) -> int | None:
    return value if isinstance(value, int) else None


def _is_vetoed(rubric: Rubric, answer: Answer, side: Side) -> bool:
    vetoes = {flag.id for flag in rubric.flags.items if flag.veto}
    return any(raised.flag in vetoes for raised in answer.flags(side).raised)
