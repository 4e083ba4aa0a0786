"""Lay judged pairs out side by side: texts once, and pairs that point at them.

A response stands in several pairs, and a pair in the rows of a dozen tables. What is made of a
text, its JSON above all, is made once here, and the tables take copies of the bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from evalhub.core.judging.records import JudgedResponse
from evalhub.core.releasing.aggregation import PairSummary
from evalhub.core.releasing.column import Column, Made
from evalhub.core.releasing.columns import column, joined
from evalhub.core.releasing.fields import CHAT
from evalhub.core.releasing.identifiers import response_id
from evalhub.core.releasing.material import JudgedPair, ReleasePrompt
from evalhub.core.releasing.vocabulary import Split

TEXT = pa.string()
_TURN = CHAT.value_type


@dataclass(frozen=True, slots=True)
class BatchResponse:
    """Hold one response of a batch: its id, the place of its prompt, what it is and says."""

    id: str
    prompt: int
    named: JudgedResponse
    text: str


class PairBatch:
    """Hold some judged pairs of one split in their order, with all that their rows are made of.

    ``prompt``, ``x`` and ``y`` have, for each pair, the places of its prompt and of its responses
    among ``prompts`` and ``responses``.
    """

    def __init__(
        self, pairs: Sequence[JudgedPair], summaries: Sequence[PairSummary], split: Split
    ) -> None:
        self.pairs, self.summaries, self.split = pairs, summaries, split
        self.prompts: list[ReleasePrompt] = []
        self.responses: list[BatchResponse] = []
        self._prompt_by_key: dict[str, int] = {}
        self._response_by_id: dict[tuple[int, str], int] = {}
        self._response_by_object: dict[tuple[int, int], int] = {}
        places = [self._places(pair) for pair in pairs]
        self.prompt, self.x, self.y = np.array(places, np.int64).reshape(-1, 3).T

    def _places(self, pair: JudgedPair) -> tuple[int, int, int]:
        prompt = self._prompt_by_key.setdefault(pair.prompt.key, len(self.prompts))
        if prompt == len(self.prompts):
            self.prompts.append(pair.prompt)
        x = self._response(prompt, pair.prompt, pair.x, pair.x_text)
        return prompt, x, self._response(prompt, pair.prompt, pair.y, pair.y_text)

    def _response(
        self, place: int, prompt: ReleasePrompt, response: JudgedResponse, text: str
    ) -> int:
        # A page holds one object for a response, and to compare objects costs nothing; ids are made
        # once for each, and tell that two objects are one response after all.
        seen = (place, id(response))
        known = self._response_by_object.get(seen)
        if known is None:
            identity = response_id(prompt.sha256, response)
            known = self._response_by_id.setdefault((place, identity), len(self.responses))
            if known == len(self.responses):
                self.responses.append(BatchResponse(identity, place, response, text))
            self._response_by_object[seen] = known
        return known

    @cached_property
    def chats(self) -> Column:
        """Return the messages of each prompt."""
        return column([prompt.chat() for prompt in self.prompts], CHAT)

    @cached_property
    def texts(self) -> Column:
        """Return what each response says."""
        return column([one.text for one in self.responses], TEXT)

    @cached_property
    def turns(self) -> Column:
        """Return each response as a conversation of its one turn."""
        return turns(self.texts)

    @cached_property
    def response_ids(self) -> Column:
        """Return the id of each response."""
        return column([one.id for one in self.responses], TEXT)

    @cached_property
    def pair_ids(self) -> Column:
        """Return the id of each pair."""
        return column([pair.id for pair in self.pairs], TEXT)

    @cached_property
    def models(self) -> Column:
        """Return the model that gave each response."""
        return column([one.named.model for one in self.responses], TEXT)


def turns(texts: Column) -> Column:
    """Return each text as a conversation in which the assistant says it."""
    n_rows = len(texts)
    said = pa.StructArray.from_arrays(
        [pa.repeat(pa.scalar("assistant", TEXT), n_rows), texts.values],
        fields=[_TURN.field(0), _TURN.field(1)],
    )
    return Made(
        pa.ListArray.from_arrays(pa.array(np.arange(n_rows + 1, dtype=np.int32)), said, type=CHAT),
        joined(b'[{"role":"assistant","content":', texts.json, b"}]"),
    )
