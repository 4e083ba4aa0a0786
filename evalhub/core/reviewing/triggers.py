"""Find what a person should look at again: conflicts between experts, overrides and a sample."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from evalhub.core.canonical import content_hash
from evalhub.core.judging.answers import Answer, Choice, swap_sides
from evalhub.core.judging.outcomes import VetoState, outcome_of, qa_score
from evalhub.core.reviewing.vocabulary import Trigger
from evalhub.core.rubrics.schema import Rubric

SPREAD = 3
"""How many points two graded preferences lie apart to be looked at: half of the scale."""
_LOTS = 16**15


@dataclass(frozen=True, slots=True)
class Vote:
    """Hold what one judgment says of a pair, in the order in which its responses are stored.

    ``sign`` is -1 where the first response is preferred, 1 for the second, 0 for neither.
    ``vetoed`` holds the signs of the responses that have a flag with a veto.
    """

    sign: int
    preference: int | None
    vetoed: frozenset[int] = frozenset()
    is_override: bool = False


def vote_of(rubric: Rubric, answer: Answer, *, is_swapped: bool) -> Vote | None:
    """Return what an answer says of its pair; None for a cannot-judge, which contradicts nobody."""
    if answer.choice in (None, Choice.CANNOT_JUDGE):
        return None
    stored = swap_sides(answer) if is_swapped else answer
    outcome = outcome_of(rubric, stored)
    vetoed = {VetoState.NONE: set[int](), VetoState.BOTH_VETOED: {-1, 1}}.get(outcome.veto)
    if vetoed is None:
        vetoed = {-1 if outcome.vetoed_side == "a" else 1}
    sign = {Choice.A: -1, Choice.B: 1}.get(stored.choice or Choice.TIE, 0)
    return Vote(sign, stored.preference, frozenset(vetoed), outcome.is_override)


def conflict_of(votes: Sequence[Vote]) -> Trigger | None:
    """Return the gravest conflict between any two votes on a pair, or None.

    A veto against the preferred response comes first, for it may be about safety; then two
    preferences for different responses; then two of the same direction, or one against a tie,
    that lie ``SPREAD`` points apart.
    """
    found = {trigger for one, other in combinations(votes, 2) for trigger in _between(one, other)}
    return next((trigger for trigger in _GRAVEST if trigger in found), None)


def contradicts_anew(votes: Mapping[int, Vote], heard: Collection[int]) -> bool:
    """Tell whether somebody who was not ``heard`` contradicts anybody; ``votes`` are by person.

    Those who were heard have said what they have to say to each other, and talk no second time.
    """
    return any(
        list(_between(votes[new], votes[other]))
        for new in votes.keys() - set(heard)
        for other in votes.keys() - {new}
    )


_GRAVEST = (Trigger.VETO_CONFLICT, Trigger.SIGN_CONFLICT, Trigger.SPREAD)


def _between(one: Vote, other: Vote) -> Iterable[Trigger]:
    if one.sign in other.vetoed - one.vetoed or other.sign in one.vetoed - other.vetoed:
        yield Trigger.VETO_CONFLICT
    if one.sign * other.sign < 0:
        yield Trigger.SIGN_CONFLICT
    if one.preference is None or other.preference is None:
        return
    if abs(one.preference - other.preference) >= SPREAD:
        yield Trigger.SPREAD


def is_sampled(seed: int, assignment_id: int, share: float) -> bool:
    """Tell whether a judgment is drawn for review; the same whenever it is asked again.

    By a hash and not by a generator: nobody can draw again until a liked one comes, and a look
    that is repeated opens nothing new.
    """
    lot = int(content_hash(["review", seed, assignment_id])[:15], 16)
    return lot < share * _LOTS


def contradicts_itself(rubric: Rubric, answer: Answer) -> bool:
    """Tell whether the criteria favour one response and the stated preference the other.

    It is shown to whoever reviews the judgment and decides nothing: the preference is asked and
    not computed, and an expert may weigh what no criterion names.
    """
    score = qa_score(rubric, answer)
    if score is None or not answer.preference:
        return False
    return score * answer.preference < 0
