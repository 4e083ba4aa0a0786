"""Rules about the fields that conditions may ask for, and the values these can take."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from evalhub.core.rubrics.conditions import (
    Condition,
    FactValue,
    FieldAtLeast,
    FieldEquals,
    FieldIn,
    HasTag,
    leaves,
)
from evalhub.core.rubrics.scale_rules import Breach
from evalhub.core.rubrics.schema import Rubric

Values: TypeAlias = "type[bool | int] | frozenset[str]"
"""What a field can hold: true or false, numbers, or one of some words."""

ANSWER_FIELDS: Mapping[str, Values] = {
    "overall_abs": int,
    "flags_any": bool,
    "veto_override": bool,
}
"""What is known of an answer when the rule for its reason is applied."""

PAIR_FIELDS: Mapping[str, Values] = {"sign_conflict": bool, "spread": int, "veto_conflict": bool}
"""What is known of a pair when adjudication is decided."""


def condition_breaches(rubric: Rubric) -> Iterator[Breach]:
    """Yield what is wrong with the conditions of ``rubric``."""
    triage = {
        question.sets: frozenset(option.id for option in question.options)
        for question in rubric.triage
        if question.sets is not None
    }
    return chain(
        _taken_names(rubric),
        *(
            _condition(criterion.applies_when, triage, f"criteria[{n}].applies_when")
            for n, criterion in enumerate(rubric.criteria)
        ),
        _condition(rubric.why.required_when, {**triage, **ANSWER_FIELDS}, "why.required_when"),
        _condition(rubric.quality.adjudicate_when, PAIR_FIELDS, "quality.adjudicate_when"),
    )


def _taken_names(rubric: Rubric) -> Iterator[Breach]:
    for n, question in enumerate(rubric.triage):
        if question.sets in ANSWER_FIELDS:
            yield Breach(f"triage[{n}].sets", f"{question.sets!r} is set by EvalHub itself")


def _condition(
    condition: Condition | None, known: Mapping[str, Values], path: str
) -> Iterator[Breach]:
    # Tags are free words of the prompt set, so only fields can be wrong.
    for leaf in () if condition is None else leaves(condition):
        if isinstance(leaf, HasTag):
            continue
        # A condition on a misspelt field would never hold, and nobody would be told: the
        # criterion that it guards would just not be asked.
        if leaf.field not in known:
            names = ", ".join(sorted(known)) or "none"
            yield Breach(path, f"there is no field {leaf.field!r}; known: {names}")
        else:
            yield from _values(leaf, known[leaf.field], path)


def _values(
    leaf: FieldIn | FieldEquals | FieldAtLeast, values: Values, path: str
) -> Iterator[Breach]:
    if isinstance(leaf, FieldAtLeast):
        if values is not int:
            yield Breach(path, f"{leaf.field!r} holds no number, so gte never holds")
        return
    for value in leaf.values if isinstance(leaf, FieldIn) else (leaf.value,):
        if not _can_be(value, values):
            yield Breach(path, f"{leaf.field!r} is never {value!r}")


def _can_be(value: FactValue, values: Values) -> bool:
    if isinstance(values, frozenset):
        return value in values
    return isinstance(value, bool) if values is bool else not isinstance(value, bool | str)
