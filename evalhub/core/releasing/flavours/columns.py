"""Make the columns of the flavours from those of the pairs, for whole batches at once.

``evalhub.core.releasing.flavours.pairs`` says the same of one row, in dictionaries; ``verify``
makes every flavour again with it, so that each is held against the other in every release.
What depends on a prompt or a response alone is made once for each, and pairs take copies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evalhub.core.releasing.batches import TEXT, PairBatch
from evalhub.core.releasing.column import Column, Derived, Made, Places
from evalhub.core.releasing.columns import JSON, Columns, column, joined
from evalhub.core.releasing.flavour_schemas import FLAVOUR_SCHEMAS
from evalhub.core.releasing.flavours.pairs import (
    ASSISTANT,
    alternates,
    holds_a_mark,
    sharegpt,
    transcript,
    without_system,
)
from evalhub.core.releasing.material import ReleasePrompt
from evalhub.core.releasing.rows import Message
from evalhub.core.releasing.vocabulary import Part

_LLAMAFACTORY = FLAVOUR_SCHEMAS[Part.LLAMAFACTORY]
_RANKED = FLAVOUR_SCHEMAS[Part.NEMO_RL].field("completions").type


@dataclass(frozen=True, slots=True, eq=False)
class Preferred:
    """Hold the pairs of a batch that prefer a response: their places, sides and columns."""

    batch: PairBatch
    places: Places
    chosen: Places
    rejected: Places
    columns: Columns

    @property
    def prompt(self) -> Places:
        """Return the place of the prompt of each pair."""
        return self.batch.prompt[self.places]

    def where(self, is_kept: npt.NDArray[np.bool_]) -> "Preferred":
        """Return those of the pairs for which ``is_kept`` holds; their columns stay as they are."""
        return Preferred(
            self.batch,
            self.places[is_kept],
            self.chosen[is_kept],
            self.rejected[is_kept],
            self.columns,
        )


Make: TypeAlias = Callable[[Preferred], Columns]


def nemo_rl(pairs: Preferred) -> Columns:
    """Return the columns for NeMo-RL's rank format, in which rank 0 is the better one."""
    sides = (pairs.columns["chosen"], pairs.columns["rejected"])
    return {"context": pairs.columns["prompt"], "completions": Derived(sides, _ranked)}


def _ranked(chosen: Made, rejected: Made) -> Made:
    n_pairs = len(chosen)
    # Chosen and rejected by turns: two completions a row, the better one first.
    both = np.arange(2 * n_pairs).reshape(2, n_pairs).T.ravel()
    completions = pa.StructArray.from_arrays(
        [
            pa.array(np.tile(np.array([0, 1], np.int64), n_pairs)),
            pa.concat_arrays([chosen.values, rejected.values]).take(pa.array(both)),
        ],
        fields=[_RANKED.value_type.field(0), _RANKED.value_type.field(1)],
    )
    ends = pa.array(np.arange(0, 2 * n_pairs + 1, 2, dtype=np.int32))
    texts = joined(
        b'[{"rank":0,"completion":',
        chosen.json,
        b'},{"rank":1,"completion":',
        rejected.json,
        b"}]",
    )
    return Made(pa.ListArray.from_arrays(ends, completions, type=_RANKED), texts)


def llamafactory(pairs: Preferred) -> Columns:
    """Return the columns for LLaMA-Factory of the pairs on conversations that alternate."""
    prompts = [without_system(prompt.chat()) for prompt in pairs.batch.prompts]
    kept = pairs.where(np.array([alternates(turns) for _, turns in prompts])[pairs.prompt])
    # Only the prompts that are taken may be written: others hold roles that it has no name for.
    held = [(system, turns) if alternates(turns) else ("", []) for system, turns in prompts]
    talks = [[sharegpt(turn) for turn in turns] for _, turns in held]
    said = _sharegpt_turns(pairs.batch.texts)
    return {
        "conversations": column(talks, _LLAMAFACTORY.field("conversations").type).take(kept.prompt),
        "system": column([system for system, _ in held], TEXT).take(kept.prompt),
        "chosen": said.take(kept.chosen),
        "rejected": said.take(kept.rejected),
    }


def axolotl(pairs: Preferred) -> Columns:
    """Return the columns for axolotl of the pairs on one turn."""
    prompts = [without_system(prompt.chat()) for prompt in pairs.batch.prompts]
    kept = pairs.where(np.array([len(turns) == 1 for _, turns in prompts])[pairs.prompt])
    texts = pairs.batch.texts
    asked = [turns[0]["content"] if turns else "" for _, turns in prompts]
    return {
        "system": column([system for system, _ in prompts], TEXT).take(kept.prompt),
        "input": column(asked, TEXT).take(kept.prompt),
        "chosen": texts.take(kept.chosen),
        "rejected": texts.take(kept.rejected),
    }


def verl(pairs: Preferred) -> Columns:
    """Return the columns for verl, which puts prompt and response together without a template."""
    kept, prompts, said = _transcripts(pairs)
    return {
        "prompt": prompts.take(kept.prompt),
        "chosen": said.take(kept.chosen),
        "rejected": said.take(kept.rejected),
    }


def hh_rlhf(pairs: Preferred) -> Columns:
    """Return two transcripts a pair, as in HH-RLHF."""
    kept, prompts, said = _transcripts(pairs)
    # Two JSON texts put together are the JSON of both texts, but for the quotes between them.
    begun = Made(prompts.values, _cut(prompts.json, slice(None, -1))).take(kept.prompt)
    ended = Made(said.values, _cut(said.json, slice(1, None)))
    return {
        name: Derived((begun, ended.take(whose)), _put_together)
        for name, whose in (("chosen", kept.chosen), ("rejected", kept.rejected))
    }


PAIR_COLUMNS: Mapping[Part, Make] = MappingProxyType(
    {
        Part.NEMO_RL: nemo_rl,
        Part.LLAMAFACTORY: llamafactory,
        Part.AXOLOTL: axolotl,
        Part.VERL: verl,
        Part.HH_RLHF: hh_rlhf,
    }
)
"""What makes the columns of each flavour that is not made of columns of ``pairs_margin`` alone."""


def _transcripts(pairs: Preferred) -> tuple[Preferred, Column, Column]:
    """Return the pairs without a mark in their texts, and what prompts and responses are there."""
    batch = pairs.batch
    is_plain = np.array([not _is_marked(prompt.chat()) for prompt in batch.prompts])
    is_clean = np.array([not holds_a_mark(one.text) for one in batch.responses])
    kept = pairs.where(is_plain[pairs.prompt] & is_clean[pairs.chosen] & is_clean[pairs.rejected])
    prompts = [
        _transcript(prompt) if is_used else ""
        for prompt, is_used in zip(batch.prompts, is_plain, strict=True)
    ]
    return kept, column(prompts, TEXT), column([f" {one.text}" for one in batch.responses], TEXT)


def _transcript(prompt: ReleasePrompt) -> str:
    return transcript(prompt.chat()) + ASSISTANT


def _is_marked(messages: list[Message]) -> bool:
    return any(holds_a_mark(message["content"]) for message in messages)


def _cut(texts: pa.Array, kept: slice) -> pa.Array:
    return pa.array([text[kept] for text in texts.to_pylist()], JSON)


def _put_together(first: Made, second: Made) -> Made:
    return Made(
        pc.binary_join_element_wise(first.values, second.values, ""),
        joined(first.json, second.json),
    )


def _sharegpt_turns(texts: Column) -> Column:
    """Return each text as a turn that the model takes."""
    kind = _LLAMAFACTORY.field("chosen").type
    values = pa.StructArray.from_arrays(
        [pa.repeat(pa.scalar("gpt", TEXT), len(texts)), texts.values],
        fields=[kind.field(0), kind.field(1)],
    )
    return Made(values, joined(b'{"from":"gpt","value":', texts.json, b"}"))
