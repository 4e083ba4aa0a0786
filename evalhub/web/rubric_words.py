"""Say in words what a rubric's conditions and choices mean."""

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
from evalhub.web.language import N_, Words, _, with_comma


def words(text: str) -> str:
    """Return an id such as ``both_defensible`` as words."""
    return text.replace("_", " ")


def condition_words(condition: Condition) -> str:
    """Return a condition as a phrase, such as ``urgency is now or soon``."""
    match condition:
        case AnyOf(items):
            return _(" or ").join(_inner(item) for item in items)
        case AllOf(items):
            return _(" and ").join(_inner(item) for item in items)
        case Not(item):
            return _("not %(condition)s", condition=_inner(item))
        case HasTag(tag):
            return _("the prompt is tagged “%(tag)s”", tag=tag)
    return _comparison(condition)


def _comparison(condition: FieldIn | FieldEquals | FieldAtLeast) -> str:
    field = words(condition.field)
    match condition:
        case FieldIn(_, values):
            known = _(" or ").join(_value(value) for value in values)
            return _("%(field)s is %(value)s", field=field, value=known)
        case FieldEquals(_, value):
            if value is True:
                return field
            return _("%(field)s is %(value)s", field=field, value=_value(value))
    minimum = with_comma(str(condition.minimum))
    return _("%(field)s is at least %(minimum)s", field=field, minimum=minimum)


def _inner(condition: Condition) -> str:
    said = condition_words(condition)
    is_joined = isinstance(condition, (AnyOf, AllOf)) and len(condition.items) > 1
    return f"({said})" if is_joined else said


def _value(value: FactValue) -> str:
    if isinstance(value, bool):
        return _("true") if value else _("false")
    return words(value) if isinstance(value, str) else str(value)


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
