"""Read the known answers of control prompts, whose split is ``gold``.

A prompt states them in its metadata, beside the texts they are about:

    "split": "gold",
    "metadata": {"control": [{"better": "careful", "worse": "careless"}]}

``better`` and ``worse`` name models whose responses to this prompt are compared; the responses may
come with the prompt or be pulled like any other. Pairs that are not named have no known answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalhub.core.canonical import Json
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import Split

FIELD = "control"
RULE = 'must have as "control" a list of {"better": MODEL, "worse": OTHER MODEL}'


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """Hold one known answer: the response of which model is better than that of which other."""

    better: str
    worse: str


def control_answers(prompt: Prompt) -> tuple[ControlAnswer, ...]:
    """Return the known answers of a prompt; none unless its split is ``gold``."""
    return (read_controls(prompt.metadata) or ()) if prompt.split is Split.GOLD else ()


def read_controls(metadata: Mapping[str, Json]) -> tuple[ControlAnswer, ...] | None:
    """Return the known answers that ``metadata`` states; None where they break the rule."""
    stated = metadata.get(FIELD, ())
    if isinstance(stated, str) or not isinstance(stated, Sequence):
        return None
    read = [_answer(item) for item in stated]
    return None if None in read else tuple(answer for answer in read if answer is not None)


def _answer(item: Json) -> ControlAnswer | None:
    if not isinstance(item, Mapping) or set(item) != {"better", "worse"}:
        return None
    better, worse = item["better"], item["worse"]
    if not isinstance(better, str) or not isinstance(worse, str):
        return None
    return ControlAnswer(better, worse) if better and worse and better != worse else None
