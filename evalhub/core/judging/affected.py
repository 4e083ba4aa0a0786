"""Tell which judgments a change of a rubric touches: by what they answered and ticked."""

from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.judging.answers import Answer
from evalhub.core.rubrics.schema import Rubric


class Affected(StrEnum):
    """Which of the pairs that were judged under an earlier version are asked again."""

    REPORTED = "reported"
    """Those that a report or a proposal points at."""
    CHANGED = "changed"
    """Those with a judgment that answers a criterion or ticks a flag that reads otherwise now."""
    ALL = "all"
    """All of them."""


@dataclass(frozen=True, slots=True)
class ChangedParts:
    """Name the criteria and flags of an earlier version that a later one has otherwise or not."""

    criteria: frozenset[str]
    flags: frozenset[str]

    def touch(self, answer: Answer) -> bool:
        """Tell whether an answer rests on one of them."""
        answered = {one.criterion for one in answer.rated} | {
            one.criterion for one in answer.compared
        }
        ticked = {one.flag for side in (answer.flags_a, answer.flags_b) for one in side.raised}
        return bool(answered & self.criteria or ticked & self.flags)


def changed_parts(old: Rubric, new: Rubric) -> ChangedParts:
    """Return what of ``old`` reads otherwise in ``new``, to the last word.

    By the letter and not by meaning: whoever asks again has read what changed and chooses. What
    ``new`` adds was answered by nobody.
    """
    # Criteria that compare are answered on a scale of all of them.
    has_scale_changed = old.compare_scale != new.compare_scale
    criteria = {
        one.id
        for one in old.criteria
        if one != new.criterion(one.id) or (has_scale_changed and one.scale is None)
    }
    flags = {one.id for one in old.flags.items if one != new.flag(one.id)}
    return ChangedParts(frozenset(criteria), frozenset(flags))
