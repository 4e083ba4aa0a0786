"""Make the columns of the flavours that need the single judgments of a pair."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.aggregation import PairSummary, mean_preference
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Column, Derived, Made, Places
from evalhub.core.releasing.columns import (
    JSON,
    Columns,
    column,
    columns_by_kind,
    columns_of,
    joined,
)
from evalhub.core.releasing.fields import CHAT
from evalhub.core.releasing.flavour_schemas import FLAVOUR_SCHEMAS
from evalhub.core.releasing.flavours.rows import IndividualPreference
from evalhub.core.releasing.material import JudgedPair, ReleaseJudgment
from evalhub.core.releasing.pair_rows import about_prompts, asked
from evalhub.core.releasing.vocabulary import Part
from evalhub.core.responses import ResponseStatus

WINNERS: Mapping[Choice, str] = MappingProxyType(
    {
        Choice.A: "model_a",
        Choice.B: "model_b",
        Choice.TIE: "tie",
        Choice.BOTH_GOOD: "tie",
        Choice.BOTH_BAD: "both_bad",
    }
)
"""What the arena calls each choice; it knows no cannot-judge."""

WEAKEST, STRONGEST = 1, 3


class _Graded(NamedTuple):
    """Hold what a row of ``helpsteer3`` says beside its texts."""

    overall_preference: int
    individual_preference: list[IndividualPreference]


class _Battle(NamedTuple):
    """Hold what a row of ``arena`` says that no column of judgments does."""

    winner: str
    is_simulated: bool


_OF_JUDGMENTS = {
    "id": "judgment_id",
    "judge": "annotator",
    **{name: name for name in ("pair_id", "model_a", "model_b", "language", "domain")},
}
"""The columns of ``arena`` that are columns of judgments, and the names they have there."""


def helpsteer3_columns(batch: PairBatch, places: Places) -> Columns:
    """Return the columns of pairs with a preferred response, in the pair's own order.

    The sign is that of the count, and never 0: NeMo-RL's reader takes 0 as the first response
    against itself. The size is the rounded mean of the graded preferences where that has the
    same sign, else 1.
    """
    rows = [_graded(batch.pairs[n], batch.summaries[n]) for n in places]
    about = about_prompts(batch, places)
    return columns_of(rows, _Graded._fields, FLAVOUR_SCHEMAS[Part.HELPSTEER3]) | {
        "domain": about["domain"],
        "language": about["language"],
        "context": asked(batch, places),
        "response1": batch.texts.take(batch.x[places]),
        "response2": batch.texts.take(batch.y[places]),
    }


def arena_columns(batch: PairBatch, judged: Columns) -> Columns:
    """Return the columns of every judgment that says something about two complete answers.

    ``judged`` are the columns of all judgments of the batch, in their order.
    """
    judgments = ((n, one) for n, pair in enumerate(batch.pairs) for one in pair.judgments)
    said = [
        (number, place, judgment)
        for number, (place, judgment) in enumerate(judgments)
        if judgment.record.choice is not Choice.CANNOT_JUDGE
        and batch.pairs[place].x.status is ResponseStatus.ANSWERED
        and batch.pairs[place].y.status is ResponseStatus.ANSWERED
    ]
    rows = [_battle(judgment, batch.pairs[place]) for _, place, judgment in said]
    made = columns_by_kind(rows, _Battle._fields, FLAVOUR_SCHEMAS[Part.ARENA])
    own = np.array([number for number, _, _ in said], np.int64)
    made |= {name: judged[whence].take(own) for name, whence in _OF_JUDGMENTS.items()}
    whose, talks = np.array([place for _, place, _ in said], np.int64), _conversations(batch)
    for name, side in (("a", batch.x), ("b", batch.y)):
        made[f"conversation_{name}"] = talks.take(side[whose])
    n_turns = [sum(m["role"] == "user" for m in prompt.chat()) for prompt in batch.prompts]
    turn = column(n_turns, FLAVOUR_SCHEMAS[Part.ARENA].field("turn").type)
    made["turn"] = turn.take(batch.prompt[whose])
    return made


def _graded(pair: JudgedPair, summary: PairSummary) -> _Graded:
    toward_chosen = mean_preference(summary) or 0.0
    size = min(STRONGEST, max(WEAKEST, round(toward_chosen)))
    return _Graded(
        -size if summary.chosen == "x" else size,
        [
            IndividualPreference(score=score, reasoning=item.record.why)
            for item in pair.judgments
            if (score := item.record.canonical_preference) is not None
        ],
    )


def _battle(judgment: ReleaseJudgment, pair: JudgedPair) -> _Battle:
    return _Battle(WINNERS[judgment.record.canonical_choice], pair.is_simulated)


def _conversations(batch: PairBatch) -> Column:
    """Return each response at the end of the conversation that it answers."""
    asked = batch.chats.made()
    begun = Made(asked.values, pa.array([text[:-1] for text in asked.json.to_pylist()], JSON))
    # Once a prompt and once a response; what both are put together to is as long as a row.
    turn = joined(b',{"role":"assistant","content":', batch.texts.json, b"}]")
    prompts = np.array([one.prompt for one in batch.responses], np.int64)
    return Derived((begun.take(prompts), Made(batch.turns.made().values, turn)), _answered)


def _answered(begun: Made, turns: Made) -> Made:
    """Return conversations with a turn more, whose JSON continues where ``begun`` breaks off."""
    asked, said = begun.values.flatten(), turns.values.flatten()
    ends = np.cumsum(begun.values.value_lengths().to_numpy())
    # After the messages of each conversation comes the one turn of its response.
    order = np.insert(np.arange(len(asked)), ends, len(asked) + np.arange(len(said)))
    return Made(
        pa.ListArray.from_arrays(
            pa.array(np.concatenate([[0], ends + np.arange(1, len(ends) + 1)]), pa.int32()),
            pa.concat_arrays([asked, said]).take(pa.array(order)),
            type=CHAT,
        ),
        joined(begun.json, turns.json),
    )
