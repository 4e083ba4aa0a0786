"""Say which criteria could apply to a prompt before anybody has answered anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.rubrics.conditions import AllOf, AnyOf, Condition, HasTag, Not
from evalhub.core.rubrics.schema import Criterion, Rubric


@dataclass(frozen=True, slots=True)
class AskedCriterion:
    """Hold a criterion that is asked, and what its being needed still hangs on.

    ``when`` is None where the prompt alone decides that it applies.
    """

    criterion: Criterion
    when: Condition | None = None


def criteria_to_ask(rubric: Rubric, tags: frozenset[str]) -> tuple[AskedCriterion, ...]:
    """Return the criteria that the prompt's tags do not rule out.

    A condition on a field, such as a triage answer, may still come true, so what rests on
    one is asked; the server then checks it against the answer.
    """
    asked = []
    for criterion in rubric.criteria:
        # Asking too much is mended by "does not apply"; what was not asked is lost.
        rest = True if criterion.applies_when is None else simplify(criterion.applies_when, tags)
        if rest is not False:
            asked.append(AskedCriterion(criterion, None if rest is True else rest))
    return tuple(asked)


def simplify(condition: Condition, tags: frozenset[str]) -> Condition | bool:
    """Return what is left of ``condition`` once the tags are known: its truth, or the rest."""
    match condition:
        case AnyOf(items):
            return _joined([simplify(item, tags) for item in items], AnyOf, decides=True)
        case AllOf(items):
            return _joined([simplify(item, tags) for item in items], AllOf, decides=False)
        case Not(item):
            rest = simplify(item, tags)
            return not rest if isinstance(rest, bool) else Not(rest)
        case HasTag(tag):
            return tag in tags
    return condition


def _joined(
    items: Sequence[Condition | bool], kind: type[AnyOf | AllOf], *, decides: bool
) -> Condition | bool:
    """Join simplified items; one that ``decides`` settles the whole."""
    # Booleans among the items are settled; conditions compare equal to neither of them.
    if decides in items:
        return decides
    left = tuple(item for item in items if not isinstance(item, bool))
    if not left:
        return not decides
    return left[0] if len(left) == 1 else kind(left)
