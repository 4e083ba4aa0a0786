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


def words(text: str) -> str:
    """Return an id such as ``both_defensible`` as words."""
    return text.replace("_", " ")


def condition_words(condition: Condition) -> str:
    """Return a condition as a phrase, such as ``urgency is now or soon``."""
    match condition:
        case AnyOf(items):
            return " or ".join(_inner(item) for item in items)
        case AllOf(items):
            return " and ".join(_inner(item) for item in items)
        case Not(item):
            return f"not {_inner(item)}"
        case HasTag(tag):
            return f"the prompt is tagged “{tag}”"
    return _comparison(condition)


def _comparison(condition: FieldIn | FieldEquals | FieldAtLeast) -> str:
    field = words(condition.field)
    match condition:
        case FieldIn(_, values):
            return f"{field} is {' or '.join(_value(value) for value in values)}"
        case FieldEquals(_, value):
            return field if value is True else f"{field} is {_value(value)}"
    return f"{field} is at least {condition.minimum}"


def _inner(condition: Condition) -> str:
    said = condition_words(condition)
    is_joined = isinstance(condition, (AnyOf, AllOf)) and len(condition.items) > 1
    return f"({said})" if is_joined else said


def _value(value: FactValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return words(value) if isinstance(value, str) else str(value)


OVERRIDES = {
    "reason_and_review": "Preferring it all the same takes a reason and goes to a reviewer.",
    "reason": "Preferring it all the same takes a reason.",
    "refused": "It cannot be preferred.",
}
"""What it takes to prefer the one response that has a flag with a veto."""
