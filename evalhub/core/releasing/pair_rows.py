"""Make the columns of the tables that hold pairs and prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evalhub.core.releasing.aggregation import (
    PairSummary,
    chosen_share,
    mean_preference,
    vote_share,
)
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.columns import Column, Columns, Places, column, columns_of, constant
from evalhub.core.releasing.criterion_votes import criterion_votes
from evalhub.core.releasing.fields import CHAT
from evalhub.core.releasing.material import JudgedPair, PairLabel, ReleasePrompt
from evalhub.core.releasing.rows import CriterionVotes
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part, Split
from evalhub.core.rubrics.schema import version_key
from evalhub.errors import BadInput

TEXT = CHAT.value_type.field(0).type
DIGITS, EVEN = 4, 0.5


@dataclass(frozen=True, slots=True)
class _Toward:
    """Hold the labels of a pair, turned to one of its responses."""

    soft_label: float
    margin: float
    pooled: float | None

    @property
    def is_against(self) -> bool:
        """Tell whether the label favours the other response."""
        return self.soft_label < EVEN

    @classmethod
    def side(cls, label: PairLabel, *, is_x: bool) -> "_Toward":
        if not is_x:
            return cls(label.soft_label_y, label.margin_y, label.pooled_soft_label_y)
        pooled = label.pooled_soft_label_y
        return cls(
            _complement(label.soft_label_y),
            # Adding zero turns -0.0, which other readers print with its sign, into 0.0.
            -label.margin_y + 0.0,
            None if pooled is None else _complement(pooled),
        )


def _complement(share: float) -> float:
    """Return 1 - share without the digits that the subtraction would add to a rounded value."""
    return round(1 - share, DIGITS)


class _Preference(NamedTuple):
    """Hold what the row of a pair says beside its texts, in the names of its columns."""

    pair_id: str
    chosen_vetoed: bool
    rejected_vetoed: bool
    n_judgments: int
    n_chosen: int
    n_rejected: int
    n_ties: int
    n_cannot_judge: int
    n_graded: int
    soft_label: float
    soft_label_se: float
    is_against_votes: bool
    vote_share: float
    agreement: float
    mean_preference: float | None
    pooled_soft_label: float | None
    criterion_votes: list[CriterionVotes]
    rubric_id: str
    rubric_version: str
    is_simulated: bool
    margin: float
    margin_se: float


class _Tie(NamedTuple):
    """Hold what the row of an evenly split pair says beside its texts."""

    pair_id: str
    n_judgments: int
    n_a: int
    n_b: int
    n_ties: int
    n_both_good: int
    n_both_bad: int
    n_cannot_judge: int
    soft_label_b: float
    soft_label_b_se: float
    vote_share_b: float
    pooled_soft_label_b: float | None
    rubric_id: str
    rubric_version: str
    is_simulated: bool


class _Prompt(NamedTuple):
    """Hold what the row of a prompt says beside its messages."""

    prompt_id: str
    prompt_sha256: str
    prompt_group: str
    domain: str
    language: str
    jurisdiction: str
    specialty: str
    license: str
    source_kind: str
    tags: list[str]


def preference_columns(batch: PairBatch, places: Places) -> Columns:
    """Return the columns of ``pairs_margin`` for the pairs at ``places``; each prefers a response.

    The count of judgments chooses, and a label never overrules it: a soft label under one half
    stands in the row as it is, with ``is_against_votes``.
    """
    rows = [_preference(batch.pairs[n], batch.summaries[n]) for n in places]
    made = columns_of(rows, _Preference._fields, SCHEMAS[Part.PAIRS_MARGIN])
    chosen, rejected = sides(batch, places)
    for name, whose in (("chosen", chosen), ("rejected", rejected)):
        made[name] = batch.turns.take(whose)
        made[f"{name}_response_id"] = batch.response_ids.take(whose)
        made[f"{name}_model"] = batch.models.take(whose)
    return made | about_prompts(batch, places) | {"prompt": asked(batch, places)}


def sides(batch: PairBatch, places: Places) -> tuple[Places, Places]:
    """Return the places of the chosen and of the rejected responses of the pairs at ``places``."""
    is_x = np.array([batch.summaries[n].chosen == "x" for n in places], np.bool_)
    x, y = batch.x[places], batch.y[places]
    return np.where(is_x, x, y), np.where(is_x, y, x)


def tie_columns(batch: PairBatch, places: Places) -> Columns:
    """Return the columns of evenly split pairs; a is response x and b response y."""
    rows = [_tie(batch.pairs[n], batch.summaries[n]) for n in places]
    made = columns_of(rows, _Tie._fields, SCHEMAS[Part.TIES])
    for name, whose in (("a", batch.x[places]), ("b", batch.y[places])):
        made[f"response_{name}"] = batch.turns.take(whose)
        made[f"response_{name}_id"] = batch.response_ids.take(whose)
        made[f"model_{name}"] = batch.models.take(whose)
    return made | about_prompts(batch, places) | {"prompt": asked(batch, places)}


def prompt_columns(prompts: Sequence[ReleasePrompt], split: Split) -> Columns:
    """Return the columns of prompts of one split."""
    made = columns_of([_prompt(one) for one in prompts], _Prompt._fields, SCHEMAS[Part.PROMPTS])
    made["prompt"] = column([one.chat() for one in prompts], CHAT)
    made["split"] = constant(split.value, TEXT, len(prompts))
    return made


def about_prompts(batch: PairBatch, places: Places) -> dict[str, Column]:
    """Return what the rows of pairs at ``places`` say of their prompts, but for the messages.

    Those may be a hundred times as long as all else in a row, and most tables have none.
    """
    whose = batch.prompt[places]
    named = {
        "prompt_id": [one.key for one in batch.prompts],
        "domain": [one.prompt.domain for one in batch.prompts],
        "language": [one.prompt.language for one in batch.prompts],
    }
    made = {name: column(values, TEXT).take(whose) for name, values in named.items()}
    made["split"] = constant(batch.split.value, TEXT, len(places))
    return made


def asked(batch: PairBatch, places: Places) -> Column:
    """Return the messages of the prompts of the pairs at ``places``."""
    return batch.chats.take(batch.prompt[places])


def _preference(pair: JudgedPair, summary: PairSummary) -> _Preference:
    is_x = summary.chosen == "x"
    label = _label(pair)
    toward = _Toward.side(label, is_x=is_x)
    vetoed = (summary.vetoed_x, summary.vetoed_y)
    counts = (summary.n_x, summary.n_y)
    rubric_id, rubric_version = _rubric(pair)
    return _Preference(
        pair_id=pair.id,
        chosen_vetoed=vetoed[not is_x],
        rejected_vetoed=vetoed[is_x],
        n_judgments=summary.n_judgments,
        n_chosen=counts[not is_x],
        n_rejected=counts[is_x],
        n_ties=summary.n_ties,
        n_cannot_judge=summary.n_cannot_judge,
        n_graded=summary.n_graded,
        soft_label=toward.soft_label,
        soft_label_se=label.soft_label_se,
        is_against_votes=toward.is_against,
        vote_share=vote_share(summary),
        agreement=chosen_share(summary),
        mean_preference=mean_preference(summary),
        pooled_soft_label=toward.pooled,
        criterion_votes=criterion_votes(pair, chosen_is_x=is_x),
        rubric_id=rubric_id,
        rubric_version=rubric_version,
        is_simulated=pair.is_simulated,
        # A trainer subtracts the margin from the reward difference, so a negative one would ask it
        # to prefer the response that most judgments reject.
        margin=0.0 if toward.is_against else max(0.0, toward.margin),
        margin_se=label.margin_se,
    )


def _tie(pair: JudgedPair, summary: PairSummary) -> _Tie:
    label = _label(pair)
    rubric_id, rubric_version = _rubric(pair)
    return _Tie(
        pair_id=pair.id,
        n_judgments=summary.n_judgments,
        n_a=summary.n_x,
        n_b=summary.n_y,
        n_ties=summary.n_ties,
        n_both_good=summary.n_both_good,
        n_both_bad=summary.n_both_bad,
        n_cannot_judge=summary.n_cannot_judge,
        soft_label_b=label.soft_label_y,
        soft_label_b_se=label.soft_label_se,
        vote_share_b=summary.vote_share_y,
        pooled_soft_label_b=label.pooled_soft_label_y,
        rubric_id=rubric_id,
        rubric_version=rubric_version,
        is_simulated=pair.is_simulated,
    )


def _prompt(prompt: ReleasePrompt) -> _Prompt:
    content = prompt.prompt
    return _Prompt(
        prompt_id=prompt.key,
        prompt_sha256=prompt.sha256,
        prompt_group=prompt.group,
        domain=content.domain,
        language=content.language,
        jurisdiction=content.jurisdiction or "",
        specialty=content.specialty or "",
        license=content.license,
        source_kind=content.source.kind.value,
        tags=list(content.tags),
    )


def _label(pair: JudgedPair) -> PairLabel:
    if pair.label is None:
        raise BadInput.at(f"pair {pair.id!r}", "has an outcome but no label")
    return pair.label


def _rubric(pair: JudgedPair) -> tuple[str, str]:
    """Return the newest rubric version among the judgments, the same on every database."""
    versions = {(item.record.rubric_id, item.record.rubric_version) for item in pair.judgments}
    # By number: as text 1.9.0 comes after 1.10.0, and an old guide would stand for the new one.
    return max(versions, key=lambda one: (one[0], version_key(one[1])))
