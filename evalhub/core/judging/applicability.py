"""Say which criteria could apply to a prompt before anybody has answered anything."""

from collections.abc import Iterable

from evalhub.core.rubrics.conditions import AllOf, AnyOf, Condition, HasTag, Not
from evalhub.core.rubrics.schema import Criterion, Rubric


def criteria_to_ask(rubric: Rubric, tags: frozenset[str]) -> tuple[Criterion, ...]:
    """Return the criteria that the prompt's tags do not rule out.

    A condition on a field, such as a triage answer, may still come true, so what rests on
    one is asked; the server then checks it against the answer.
    """
    return tuple(
        criterion
        for criterion in rubric.criteria
        if criterion.applies_when is None or holds(criterion.applies_when, tags) is not False
    )


def holds(condition: Condition, tags: frozenset[str]) -> bool | None:
    """Return whether ``condition`` holds with these tags; None where a field decides."""
    match condition:
        case AnyOf(items):
            return _any(holds(item, tags) for item in items)
        case AllOf(items):
            return _not(_any(_not(holds(item, tags)) for item in items))
        case Not(item):
            return _not(holds(item, tags))
        case HasTag(tag):
            return tag in tags
        case _:
            return None


def _any(values: Iterable[bool | None]) -> bool | None:
    seen = set(values)
    if True in seen:
        return True
    return None if None in seen else False


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - a truth value is its argument
    return None if value is None else not value
