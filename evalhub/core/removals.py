"""Rules of removals from a project: who was taken off stays off until somebody else says so.

The expert reads why and may object, by the same clock as a dispute about pay: coordination answers,
what is late or appealed goes to the administration. A removal ends when an objection is upheld or
when somebody who runs the project lifts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evalhub.core.pay.disputes import DisputeEvent, DisputeState, DisputeStep, Standing, standing_of


class RemovalStep(StrEnum):
    """What happened to a removal after it was made."""

    OBJECTED = "objected"
    """The expert says that it is wrong."""
    REJECTED = "rejected"
    """It stands, with the reason."""
    APPEALED = "appealed"
    """The expert asks the next level after a refusal."""
    UPHELD = "upheld"
    """The expert is right, and is on the project again."""
    LIFTED = "lifted"
    """Somebody who runs the project took it back, objection or not."""


ENDING = (RemovalStep.UPHELD, RemovalStep.LIFTED)
"""The steps after which a removal holds no more."""
_AS_DISPUTE = {
    RemovalStep.REJECTED: DisputeStep.REJECTED,
    RemovalStep.APPEALED: DisputeStep.APPEALED,
    RemovalStep.UPHELD: DisputeStep.UPHELD,
}


@dataclass(frozen=True, slots=True)
class RemovalEvent:
    """Hold one step of a removal."""

    step: RemovalStep
    words: str
    at: datetime
    by: int | None = None


def is_in_force(events: Sequence[RemovalEvent]) -> bool:
    """Tell whether a removal still keeps its expert away."""
    return not any(event.step in ENDING for event in events)


def standing_in(events: Sequence[RemovalEvent], now: datetime) -> Standing | None:
    """Return how the objection to a removal stands at ``now``; None where nobody objected."""
    if not events or events[0].step is not RemovalStep.OBJECTED:
        return None
    answered = [
        DisputeEvent(_AS_DISPUTE[event.step], event.words, 0, event.at)
        for event in events[1:]
        if event.step in _AS_DISPUTE
    ]
    return standing_of(events[0].at, answered, now)


def own_step(events: Sequence[RemovalEvent], now: datetime) -> RemovalStep | None:
    """Return what the expert may do about a removal at ``now``: object once, appeal once."""
    if not is_in_force(events):
        return None
    standing = standing_in(events, now)
    if standing is None:
        return RemovalStep.OBJECTED
    return RemovalStep.APPEALED if standing.state is DisputeState.REJECTED else None
