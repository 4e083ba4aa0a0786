"""Say in words what a rubric's conditions and choices mean."""

from collections.abc import Mapping
from typing import TypeAlias

from evalhub.core.rubrics.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    FieldAtLeast,
    FieldEquals,
    FieldIn,
    HasTag,
    Not,
)
from evalhub.core.rubrics.schema import Rubric, TriageQuestion
from evalhub.web.language import N_, Words, _, with_comma


def words(text: str) -> str:
    """Return an id such as ``both_defensible`` as words."""
    return text.replace("_", " ")


def condition_words(condition: Condition, rubric: Rubric | None = None) -> str:
    """Return a condition as a phrase, such as ``urgency is now or soon``.

    With ``rubric`` the fields and values that its triage sets are said in its own words, as they
    stand beside the boxes of the form: ``“How soon?” is “Now”``.
    """
    asked = rubric.triage if rubric else ()
    return _said(condition, {question.sets: question for question in asked if question.sets})


_Questions: TypeAlias = Mapping[str, TriageQuestion]
"""The questions whose answers conditions find, by the name of the field they set."""


def _said(condition: Condition, questions: _Questions) -> str:
    match condition:
        case AnyOf(items):
            return _(" or ").join(_inner(item, questions) for item in items)
        case AllOf(items):
            return _(" and ").join(_inner(item, questions) for item in items)
        case Not(item):
            return _("not %(condition)s", condition=_inner(item, questions))
        case HasTag(tag):
            return _("the prompt is tagged “%(tag)s”", tag=tag)
    return _comparison(condition, questions)


def _comparison(condition: FieldIn | FieldEquals | FieldAtLeast, questions: _Questions) -> str:
    question = questions.get(condition.field)
    labels = {option.id: option.label for option in question.options} if question else {}
    field = _quoted(question.question) if question else words(condition.field)
    match condition:
        case FieldIn(_, values):
            known = _(" or ").join(_value(value, labels) for value in values)
            return _("%(field)s is %(value)s", field=field, value=known)
        case FieldEquals(_, value):
            if value is True:
                return field
            return _("%(field)s is %(value)s", field=field, value=_value(value, labels))
    minimum = with_comma(str(condition.minimum))
    return _("%(field)s is at least %(minimum)s", field=field, minimum=minimum)


def _inner(condition: Condition, questions: _Questions) -> str:
    said = _said(condition, questions)
    is_joined = isinstance(condition, (AnyOf, AllOf)) and len(condition.items) > 1
    return f"({said})" if is_joined else said


def _value(value: FactValue, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("true") if value else _("false")
    if isinstance(value, str):
        return _quoted(labels[value]) if value in labels else words(value)
    return str(value)


def _quoted(text: str) -> str:
    return _("“%(words)s”", words=text)


OVERRIDES = Words(
    {
        "reason_and_review": N_(
            "Preferring it all the same takes a reason and goes to a reviewer."
        ),
        "reason": N_("Preferring it all the same takes a reason."),
        "refused": N_("It cannot be preferred."),
    }
)
"""What it takes to prefer the one response that has a flag with a veto."""
