"""Make the columns of the tables that hold pairs and prompts."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from evalhub.core.releasing.aggregation import (
    PairSummary,
    chosen_share,
    mean_preference,
    vote_share,
)
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Column, Places
from evalhub.core.releasing.columns import (
    Columns,
    column,
    columns_by_kind,
    columns_of,
    constant,
    kinds_of,
)
from evalhub.core.releasing.criterion_votes import compared_in, criterion_votes
from evalhub.core.releasing.fields import CHAT
from evalhub.core.releasing.material import JudgedPair, PairLabel, ReleasePrompt
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part, Split
from evalhub.core.rubrics.schema import version_key
from evalhub.errors import BadInput

TEXT = CHAT.value_type.field(0).type
DIGITS, EVEN = 4, 0.5


class _Counted(NamedTuple):
    """Hold what the row of a pair says of its judgments together, of which there are few kinds."""

    chosen_vetoed: bool
    rejected_vetoed: bool
    n_judgments: int
    n_chosen: int
    n_rejected: int
    n_ties: int
    n_cannot_judge: int
    n_graded: int
    vote_share: float
    agreement: float
    mean_preference: float | None


class _Labelled(NamedTuple):
    """Hold the labels of a pair, turned to its chosen response."""

    soft_label: float
    soft_label_se: float
    is_against_votes: bool
    pooled_soft_label: float | None
    margin: float
    margin_se: float


class _Tied(NamedTuple):
    """Hold what the row of an evenly split pair says of its judgments together."""

    n_judgments: int
    n_a: int
    n_b: int
    n_ties: int
    n_both_good: int
    n_both_bad: int
    n_cannot_judge: int
    vote_share_b: float


class _TiedLabel(NamedTuple):
    """Hold the labels of an evenly split pair, turned to b."""

    soft_label_b: float
    soft_label_b_se: float
    pooled_soft_label_b: float | None


class _Source(NamedTuple):
    """Hold which rubric a pair was judged by, and whether any of it is simulated."""

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
    schema = SCHEMAS[Part.PAIRS_MARGIN]
    pairs = [batch.pairs[n] for n in places]
    summaries = [batch.summaries[n] for n in places]
    both = list(zip(pairs, summaries, strict=True))
    labels = [_labelled(pair, summary) for pair, summary in both]
    made = columns_of(labels, _Labelled._fields, schema)
    made |= _of_summaries(summaries, _counted, _Counted._fields, schema)
    firsts, kinds = kinds_of((one.chosen, compared_in(pair)) for pair, one in both)
    votes = [
        criterion_votes(pair, chosen_is_x=one.chosen == "x")
        for pair, one in (both[n] for n in firsts)
    ]
    made["criterion_votes"] = column(votes, schema.field("criterion_votes").type).take(kinds)
    chosen, rejected = sides(batch, places)
    for name, whose in (("chosen", chosen), ("rejected", rejected)):
        made[name] = batch.turns.take(whose)
        made[f"{name}_response_id"] = batch.response_ids.take(whose)
        made[f"{name}_model"] = batch.models.take(whose)
    return made | _about_pairs(batch, places, schema)


def sides(batch: PairBatch, places: Places) -> tuple[Places, Places]:
    """Return the places of the chosen and of the rejected responses of the pairs at ``places``."""
    is_x = np.array([batch.summaries[n].chosen == "x" for n in places], np.bool_)
    x, y = batch.x[places], batch.y[places]
    return np.where(is_x, x, y), np.where(is_x, y, x)


def tie_columns(batch: PairBatch, places: Places) -> Columns:
    """Return the columns of evenly split pairs; a is response x and b response y."""
    schema = SCHEMAS[Part.TIES]
    labels = [_tied_label(batch.pairs[n]) for n in places]
    made = columns_of(labels, _TiedLabel._fields, schema)
    made |= _of_summaries([batch.summaries[n] for n in places], _tied, _Tied._fields, schema)
    for name, whose in (("a", batch.x[places]), ("b", batch.y[places])):
        made[f"response_{name}"] = batch.turns.take(whose)
        made[f"response_{name}_id"] = batch.response_ids.take(whose)
        made[f"model_{name}"] = batch.models.take(whose)
    return made | _about_pairs(batch, places, schema)


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


def _about_pairs(batch: PairBatch, places: Places, schema: pa.Schema) -> dict[str, Column]:
    """Return what rows say of pairs and their prompts, whatever was said of them."""
    sources = [_source(batch.pairs[n]) for n in places]
    return (
        columns_by_kind(sources, _Source._fields, schema)
        | about_prompts(batch, places)
        | {"pair_id": batch.pair_ids.take(places), "prompt": asked(batch, places)}
    )


def _of_summaries(
    summaries: Sequence[PairSummary],
    tell: Callable[[PairSummary], tuple[Any, ...]],
    names: Sequence[str],
    schema: pa.Schema,
) -> dict[str, Column]:
    """Return what ``tell`` says of each summary, and ask it once of those that are one object."""
    firsts, kinds = kinds_of(map(id, summaries))
    made = columns_of([tell(summaries[n]) for n in firsts], names, schema)
    return {name: one.take(kinds) for name, one in made.items()}


def _counted(summary: PairSummary) -> _Counted:
    is_x = summary.chosen == "x"
    vetoed = (summary.vetoed_x, summary.vetoed_y)
    counts = (summary.n_x, summary.n_y)
    return _Counted(
        chosen_vetoed=vetoed[not is_x],
        rejected_vetoed=vetoed[is_x],
        n_judgments=summary.n_judgments,
        n_chosen=counts[not is_x],
        n_rejected=counts[is_x],
        n_ties=summary.n_ties,
        n_cannot_judge=summary.n_cannot_judge,
        n_graded=summary.n_graded,
        vote_share=vote_share(summary),
        agreement=chosen_share(summary),
        mean_preference=mean_preference(summary),
    )


def _labelled(pair: JudgedPair, summary: PairSummary) -> _Labelled:
    label = _label(pair)
    soft, margin = label.soft_label_y, label.margin_y
    pooled = label.pooled_soft_label_y
    if summary.chosen == "x":
        soft, margin = _complement(soft), -margin
        pooled = None if pooled is None else _complement(pooled)
    is_against = soft < EVEN
    return _Labelled(
        soft_label=soft,
        soft_label_se=label.soft_label_se,
        is_against_votes=is_against,
        pooled_soft_label=pooled,
        # A trainer subtracts the margin from the reward difference, so a negative one would ask it
        # to prefer the response that most judgments reject.
        margin=0.0 if is_against else max(0.0, margin),
        margin_se=label.margin_se,
    )


def _tied(summary: PairSummary) -> _Tied:
    return _Tied(
        n_judgments=summary.n_judgments,
        n_a=summary.n_x,
        n_b=summary.n_y,
        n_ties=summary.n_ties,
        n_both_good=summary.n_both_good,
        n_both_bad=summary.n_both_bad,
        n_cannot_judge=summary.n_cannot_judge,
        vote_share_b=summary.vote_share_y,
    )


def _tied_label(pair: JudgedPair) -> _TiedLabel:
    label = _label(pair)
    return _TiedLabel(label.soft_label_y, label.soft_label_se, label.pooled_soft_label_y)


def _complement(share: float) -> float:
    """Return 1 - share without the digits that the subtraction would add to a rounded value."""
    return round(1 - share, DIGITS)


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


def _source(pair: JudgedPair) -> _Source:
    """Return the newest rubric version among the judgments, the same on every database."""
    versions = {(item.record.rubric_id, item.record.rubric_version) for item in pair.judgments}
    # By number: as text 1.9.0 comes after 1.10.0, and an old guide would stand for the new one.
    newest = max(versions, key=_by_number) if len(versions) > 1 else next(iter(versions))
    return _Source(*newest, pair.is_simulated)


def _by_number(version: tuple[str, str]) -> tuple[str, tuple[int, ...]]:
    return version[0], version_key(version[1])
