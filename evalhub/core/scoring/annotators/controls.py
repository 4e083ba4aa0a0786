"""Compare judgments with the known answers of control items."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.known import answer_of
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.prompts.controls import ControlAnswer

Controls: TypeAlias = Mapping[str, Sequence[ControlAnswer]]
"""Known answers by the key of their prompt."""


@dataclass(frozen=True, slots=True)
class ControlCount:
    """Count an annotator's judgments of control items."""

    n_right: int
    n: int


def is_right(record: JudgmentRecord, controls: Controls) -> bool | None:
    """Tell whether a judgment gives the known answer of its pair; None where there is none.

    What was given out as a control has a key, which says whether a tie is right. Elsewhere the
    prompt says which response is better, so a tie is wrong. Cannot-judge is not an answer, and
    being unable to judge is never held against anybody.
    """
    if record.accepted is not None:
        given = answer_of(record.canonical_choice)
        return None if given is None else given in record.accepted
    # Nearly every prompt has no known answer, so that comes first: it is asked of every judgment.
    if record.prompt_key not in controls or record.choice is Choice.CANNOT_JUDGE:
        return None
    models = {record.x.model, record.y.model}
    for answer in controls[record.prompt_key]:
        if models == {answer.better, answer.worse}:
            return record.winner is not None and record.winner.model == answer.better
    return None


def count_controls(records: Iterable[JudgmentRecord], controls: Controls) -> ControlCount:
    """Return how many of ``records`` are on control items, and how many of those are right."""
    verdicts = [right for record in records if (right := is_right(record, controls)) is not None]
    return ControlCount(sum(verdicts), len(verdicts))
