"""Turn pairs into single responses that are wanted or not, for KTO."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from evalhub.core.releasing.columns import Columns, column
from evalhub.core.releasing.flavours.columns import Preferred
from evalhub.core.releasing.flavours.rows import KtoRow
from evalhub.core.releasing.rows import Message, PairRow


@dataclass(slots=True)
class _Standing:
    """Hold a response of the present prompt and by how many pairs it leads."""

    text: list[Message]
    lead: int = 0


@dataclass(slots=True)
class KtoRows:
    """Gather the pairs of one prompt at a time; a response is one row, in however many pairs.

    A response is wanted when it was chosen in more of its pairs than it was rejected in, and
    left out where these are as many. Two rows a pair, as TRL makes of pairs by itself, would
    give the better of two bad responses and the same response in another pair both labels.
    """

    _prompt_id: str = ""
    _prompt: list[Message] = field(default_factory=list)
    _responses: dict[str, _Standing] = field(default_factory=dict)

    def add(self, row: PairRow) -> list[KtoRow]:
        """Take the next pair and return the rows of the prompt before it, if that is whole.

        The pairs of a prompt must come one after the other.
        """
        done = self.finish() if row["prompt_id"] != self._prompt_id else []
        self._prompt_id, self._prompt = row["prompt_id"], row["prompt"]
        self._move(row["chosen_response_id"], row["chosen"], 1)
        self._move(row["rejected_response_id"], row["rejected"], -1)
        return done

    def finish(self) -> list[KtoRow]:
        """Return the rows of the last prompt, ordered by response id, and forget it."""
        rows = [
            KtoRow(prompt=self._prompt, completion=one.text, label=one.lead > 0)
            for _, one in sorted(self._responses.items())
            if one.lead
        ]
        self._responses = {}
        return rows

    def _move(self, identity: str, text: list[Message], lead: int) -> None:
        self._responses.setdefault(identity, _Standing(text)).lead += lead


def kto_columns(pairs: Preferred) -> Columns:
    """Return the same rows for all prompts of a batch at once, in the same order."""
    batch = pairs.batch
    lead = np.zeros(len(batch.responses), np.int64)
    np.add.at(lead, pairs.chosen, 1)
    np.add.at(lead, pairs.rejected, -1)
    standing = sorted(
        (one.prompt, one.id, place) for place, one in enumerate(batch.responses) if lead[place]
    )
    whose = np.array([place for _, _, place in standing], np.int64)
    prompts = np.array([prompt for prompt, _, _ in standing], np.int64)
    return {
        "prompt": batch.chats.take(prompts),
        "completion": batch.turns.take(whose),
        "label": column((lead[whose] > 0).tolist(), pa.bool_()),
    }
