"""Turn judgments into the decisions of Crowd-BT."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.scoring.annotators.controls import (
    ControlCount,
    Controls,
    count_controls,
    is_right,
)
from evalhub.core.scoring.annotators.crowd_cells import Decision

Identity: TypeAlias = tuple[str, int]
"""Slug and revision of an endpoint."""


def identity_of(response: JudgedResponse) -> Identity:
    """Return which endpoint answered."""
    return response.endpoint, response.revision


def decisions_of(
    records: Sequence[JudgmentRecord], *, names: Mapping[Identity, str], controls: Controls
) -> list[Decision]:
    """Return the judgments that prefer one endpoint's response to another's.

    Ties say nothing of who follows the strengths, two samples of one endpoint nothing of its
    strength, and control items are in the prior already.
    """
    return [
        _decision(record, names)
        for record in records
        if record.winner is not None
        and identity_of(record.x) != identity_of(record.y)
        and is_right(record, controls) is None
    ]


def controls_by_annotator(
    records: Sequence[JudgmentRecord], controls: Controls
) -> dict[str, ControlCount]:
    """Return each annotator's count of control items."""
    own: defaultdict[str, list[JudgmentRecord]] = defaultdict(list)
    for record in records:
        own[record.person_public_id].append(record)
    return {annotator: count_controls(given, controls) for annotator, given in own.items()}


def _decision(record: JudgmentRecord, names: Mapping[Identity, str]) -> Decision:
    # Compared by content: a pair may hold two responses of one model from two endpoints.
    winner, loser = record.x, record.y
    if record.winner == record.y:
        winner, loser = loser, winner
    return Decision(
        annotator=record.person_public_id,
        winner=names[identity_of(winner)],
        loser=names[identity_of(loser)],
    )
