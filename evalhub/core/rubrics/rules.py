"""The rules that bind several values of a rubric, as one list of breaches."""

from collections.abc import Iterator
from itertools import chain

from evalhub.core.rubrics.condition_rules import condition_breaches
from evalhub.core.rubrics.part_rules import part_breaches
from evalhub.core.rubrics.reference_rules import reference_breaches
from evalhub.core.rubrics.scale_rules import Breach, scale_breaches
from evalhub.core.rubrics.schema import Rubric


def breaches(rubric: Rubric) -> Iterator[Breach]:
    """Yield every rule that ``rubric`` breaks, with the path of the value at fault."""
    # The order is that of the sections people edit: names and parts first, conditions last.
    return chain(
        part_breaches(rubric),
        scale_breaches(rubric),
        reference_breaches(rubric),
        condition_breaches(rubric),
    )
