"""Read the rows that columns hold, as a reader of the files finds them."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from evalhub.core.releasing.aggregation import summarise
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Places
from evalhub.core.releasing.columns import Columns, json_lines, record_batch
from evalhub.core.releasing.flavours.columns import Preferred
from evalhub.core.releasing.flavours.judged import arena_columns, helpsteer3_columns
from evalhub.core.releasing.judgment_rows import judgment_columns
from evalhub.core.releasing.material import JudgedPair, ReleasePrompt
from evalhub.core.releasing.pair_rows import (
    preference_columns,
    prompt_columns,
    sides,
    tie_columns,
)
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part, Split

Rows = list[dict[str, Any]]

FIRST = np.array([0], np.int64)


def rows_of(columns: Columns, part: Part) -> Rows:
    """Return the rows of a table, which Parquet and JSON lines must say alike."""
    if not len(columns[SCHEMAS[part].names[0]]):
        return []
    rows: Rows = record_batch(columns, SCHEMAS[part]).to_pylist()
    lines = json_lines(columns, SCHEMAS[part].names).to_pybytes()
    assert [json.loads(line) for line in lines.splitlines()] == rows
    return rows


def batch_of(*pairs: JudgedPair) -> PairBatch:
    """Return some pairs of one split as a batch, summed up by the standing rules."""
    return PairBatch(pairs, [summarise(pair) for pair in pairs], pairs[0].split)


def preferred(pairs: Sequence[JudgedPair]) -> Preferred:
    """Return pairs, all of which prefer a response, as flavours take them."""
    batch = batch_of(*pairs)
    places: Places = np.arange(len(pairs))
    columns = preference_columns(batch, places)
    return Preferred(batch, places, *sides(batch, places), columns)


def pair_row(pair: JudgedPair) -> dict[str, Any]:
    """Return the row of a pair with a preferred response."""
    return rows_of(preference_columns(batch_of(pair), FIRST), Part.PAIRS)[0]


def margin_row(pair: JudgedPair) -> dict[str, Any]:
    """Return the row of a pair with its margin."""
    return rows_of(preference_columns(batch_of(pair), FIRST), Part.PAIRS_MARGIN)[0]


def tie_row(pair: JudgedPair) -> dict[str, Any]:
    """Return the row of an evenly split pair."""
    return rows_of(tie_columns(batch_of(pair), FIRST), Part.TIES)[0]


def prompt_row(prompt: ReleasePrompt, split: Split) -> dict[str, Any]:
    """Return the row of a prompt."""
    return rows_of(prompt_columns([prompt], split), Part.PROMPTS)[0]


def judgment_rows(*pairs: JudgedPair) -> Rows:
    """Return the rows of every judgment on some pairs."""
    return rows_of(judgment_columns(batch_of(*pairs)), Part.JUDGMENTS)


def helpsteer3_row(pair: JudgedPair) -> dict[str, Any]:
    """Return the row of a pair with graded preferences."""
    return rows_of(helpsteer3_columns(batch_of(pair), FIRST), Part.HELPSTEER3)[0]


def arena_rows(pair: JudgedPair) -> Rows:
    """Return the battles of one pair."""
    batch = batch_of(pair)
    return rows_of(arena_columns(batch, judgment_columns(batch)), Part.ARENA)
