"""Turn judgments in force into what labels are fitted to: codes of pairs, people and models."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.responses import ResponseStatus
from evalhub.core.scoring.annotators.controls import Controls, is_right
from evalhub.core.scoring.labels.judgments import JudgmentTable, count_graded
from evalhub.core.scoring.labels.parameters import ControlCounts
from evalhub.core.scoring.labels.responses import PairedResponses

_SIGNS = {Choice.A: -1, Choice.B: 1}


@dataclass(frozen=True, slots=True, eq=False)
class LabelInputs:
    """Hold what both fits need; the first response of a pair is x, the second y.

    ``pairs`` and ``models`` give the names behind the codes.
    """

    pairs: tuple[str, ...]
    models: tuple[str, ...]
    table: JudgmentTable
    paired: PairedResponses
    controls: ControlCounts

    @property
    def n_controls(self) -> int:
        """Return how many answers to control items bear on the reliabilities."""
        return int(self.controls.right.sum() + self.controls.wrong.sum())


def is_labelled(record: JudgmentRecord) -> bool:
    """Tell whether a judgment bears on a label.

    Cannot-judge says nothing. A response that is no complete answer, or the same text twice, is
    no comparison of answers, so judgments on it would teach the fit something else.
    """
    return (
        record.choice is not Choice.CANNOT_JUDGE
        and record.x.status is ResponseStatus.ANSWERED
        and record.y.status is ResponseStatus.ANSWERED
        and record.x.sha256 != record.y.sha256
    )


def label_inputs(
    judgments: Iterable[tuple[str, JudgmentRecord]],
    *,
    control_judgments: Iterable[JudgmentRecord] = (),
    controls: Controls | None = None,
) -> LabelInputs:
    """Return the inputs for ``judgments``, each with the name of its pair.

    ``control_judgments`` on prompts with known answers (``controls``) inform the reliabilities of
    their annotators and nothing else. Names are sorted before they become codes, so that the
    order of the judgments cannot change a bit of what is fitted.
    """
    used = [(pair, record) for pair, record in judgments if is_labelled(record)]
    people = _codes(record.person_public_id for _, record in used)
    sides = dict(used)
    pairs = _codes(sides)
    models = _codes(side.model for record in sides.values() for side in (record.x, record.y))
    return LabelInputs(
        pairs=tuple(pairs),
        models=tuple(models),
        table=count_graded(
            [pairs[pair] for pair, _ in used],
            [people[record.person_public_id] for _, record in used],
            [_grade(record) for _, record in used],
            is_graded=[record.preference is not None for _, record in used],
            side=[1 if record.is_swapped else -1 for _, record in used],
            n_pairs=len(pairs),
            n_annotators=len(people),
        ),
        paired=_paired([sides[pair] for pair in pairs], models),
        controls=_controls(people, control_judgments, controls or {}),
    )


def _grade(record: JudgmentRecord) -> int:
    """Return the grade toward y; of a bare choice, its sign."""
    preference = record.canonical_preference
    return _SIGNS.get(record.canonical_choice, 0) if preference is None else preference


def _paired(sides: Sequence[JudgmentRecord], models: Mapping[str, int]) -> PairedResponses:
    named = [(record.prompt_key, side) for record in sides for side in (record.x, record.y)]
    keys = sorted({_response_key(prompt, side) for prompt, side in named})
    code = {key: number for number, key in enumerate(keys)}
    model_by_key = {_response_key(prompt, side): models[side.model] for prompt, side in named}
    ends = np.array(
        [
            [code[_response_key(record.prompt_key, side)] for side in (record.x, record.y)]
            for record in sides
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    return PairedResponses(
        first=ends[:, 0],
        second=ends[:, 1],
        model=np.array([model_by_key[key] for key in keys], dtype=np.int64),
        n_models=len(models),
    )


def _response_key(prompt: str, side: JudgedResponse) -> tuple[str, str, int, int, str]:
    return (prompt, *side.sort_key)


def _controls(
    people: Mapping[str, int], judgments: Iterable[JudgmentRecord], controls: Controls
) -> ControlCounts:
    counts: Counter[tuple[str, bool]] = Counter()
    for record in judgments:
        verdict = is_right(record, controls)
        if verdict is not None:
            counts[record.person_public_id, verdict] += 1
    right, wrong = (
        np.array([counts[person, value] for person in people], dtype=np.int64)
        for value in (True, False)
    )
    return ControlCounts(right=right, wrong=wrong)


def _codes(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)))}
