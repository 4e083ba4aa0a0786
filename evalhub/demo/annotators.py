"""Make up how an annotator would fill a form, so that the demo has judgments to show.

Nothing here is a finding. Each simulated annotator perceives the stated quality of a response with
normal noise, leans slightly to one side, and answers every question of the rubric from what it
perceives. What it writes as a reason begins with the word "Simulated".
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from evalhub.core.judging.answers import SIDES, Choice, Side
from evalhub.core.judging.checks import PromptFacts
from evalhub.core.rubrics.schema import Criterion, Rubric
from evalhub.core.rubrics.vocabulary import Mode

Field: TypeAlias = tuple[str, str]

STEP = 0.17
"""Difference in perceived quality (0 to 1) that moves the preference by one point."""

GOOD, BAD = 0.6, 0.4
"""Perceived quality from which a tie is called good, and below which it is called bad."""

FLAGGED = 0.3
"""Stated quality below which a response has a fault that a flag names."""


@dataclass(frozen=True, slots=True)
class Temperament:
    """Describe one simulated annotator: ``noise`` in units of quality, ``lean`` towards A."""

    noise: float
    lean: float


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold what is shown on one side: the text and its stated quality, 0 to 1."""

    text: str
    quality: float


def fill_form(
    rubric: Rubric,
    *,
    a: Shown,
    b: Shown,
    facts: PromptFacts,
    temperament: Temperament,
    rng: random.Random,
) -> list[Field]:
    """Return the fields of a complete form as this annotator would send it.

    ``facts`` says how many sources each side cites; ``rng`` is the only source of chance.
    """
    shown: dict[Side, Shown] = {"a": a, "b": b}
    perceived: dict[Side, float] = {
        side: _clamped(shown[side].quality + rng.gauss(0, temperament.noise)) for side in SIDES
    }
    difference = perceived["b"] - perceived["a"] - temperament.lean
    preference = max(-3, min(3, round(difference / STEP)))
    flagged = {side: shown[side].quality < FLAGGED for side in SIDES}
    return [
        *_triage(rubric),
        *_flags(rubric, shown, flagged),
        *_citations(rubric, facts),
        *_criteria(rubric, perceived),
        ("overall", _overall(rubric, preference, perceived)),
        ("confidence", str(rng.choice(rubric.overall.confidence.points).value)),
        *_why(rubric, preference, is_flagged=any(flagged.values())),
    ]


def _clamped(value: float) -> float:
    return max(0.0, min(1.0, value))


def _triage(rubric: Rubric) -> Iterator[Field]:
    for question in rubric.triage:
        option = next(option for option in question.options if option.routes is None)
        yield f"triage.{question.id}", option.id


def _flags(rubric: Rubric, shown: dict[Side, Shown], flagged: dict[Side, bool]) -> Iterator[Field]:
    """Raise the mildest flag on a side that has a fault, and tick "none" on the other."""
    mildest = rubric.flags.items[-1]
    for side in SIDES:
        if not flagged[side]:
            yield f"flags.{side}", rubric.flags.none_option.id
            continue
        yield f"flags.{side}", mildest.id
        if mildest.needs_quote:
            yield f"flags.{side}.{mildest.id}.quote", " ".join(shown[side].text.split()[:8])


def _citations(rubric: Rubric, facts: PromptFacts) -> Iterator[Field]:
    """Give every source the rubric's second finding, "in part": nothing was looked up."""
    if rubric.citations is None:
        return
    finding = rubric.citations.results[1].id
    for side in SIDES:
        for number in range(1, facts.n_citations(side) + 1):
            yield f"citations.{side}.{number}", finding


def _criteria(rubric: Rubric, perceived: dict[Side, float]) -> Iterator[Field]:
    for criterion in rubric.criteria:
        if criterion.mode is Mode.COMPARE:
            scale = [point.value for point in rubric.compare_scale.points]
            step = round((perceived["b"] - perceived["a"]) / STEP / 1.5)
            yield f"criteria.{criterion.id}", str(max(min(scale), min(max(scale), step)))
        else:
            yield from _rated(criterion, perceived)


def _rated(criterion: Criterion, perceived: dict[Side, float]) -> Iterator[Field]:
    points = criterion.scale.points if criterion.scale else ()
    for side in SIDES:
        index = round(perceived[side] * (len(points) - 1))
        yield f"criteria.{criterion.id}.{side}", str(points[index].value)


def _overall(rubric: Rubric, preference: int, perceived: dict[Side, float]) -> str:
    if preference != 0 or not rubric.overall.quality_if_tie:
        return str(preference)
    if min(perceived.values()) >= GOOD:
        return Choice.BOTH_GOOD
    return Choice.BOTH_BAD if max(perceived.values()) < BAD else "0"


def _why(rubric: Rubric, preference: int, *, is_flagged: bool) -> Iterator[Field]:
    """Give a reason wherever a rubric could ask for one."""
    if preference == 0 and not is_flagged:
        return
    yield "why.reasons", rubric.why.quick_reasons[0]
    side = "A" if preference < 0 else "B" if preference > 0 else "neither"
    yield "why.text", f"Simulated reason: this made-up annotator rated {side} higher overall."
