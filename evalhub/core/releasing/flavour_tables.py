"""Write the flavours of a release from the pairs that its canonical tables are written from."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Places
from evalhub.core.releasing.flavours.columns import PAIR_COLUMNS, Preferred
from evalhub.core.releasing.flavours.judged import arena_columns, helpsteer3_columns
from evalhub.core.releasing.flavours.kto import kto_columns
from evalhub.core.releasing.flavours.pairs import SAME_COLUMNS
from evalhub.core.releasing.judgment_rows import judgment_columns
from evalhub.core.releasing.pair_rows import preference_columns, sides
from evalhub.core.releasing.row_sinks import RowSink
from evalhub.core.releasing.vocabulary import FLAVOURS, Part


@dataclass(slots=True)
class FlavourTables:
    """Write every flavour in ``parts``, and the tables of pairs and judgments, which all have.

    ``left_out`` counts the pairs that a flavour cannot express.
    """

    files: RowSink
    parts: Collection[Part] = FLAVOURS
    left_out: Counter[Part] = field(default_factory=Counter)
    _same: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._same = tuple(
            part for part in SAME_COLUMNS if part not in FLAVOURS or part in self.parts
        )

    def add_preferences(self, batch: PairBatch, places: Places) -> None:
        """Write the pairs at ``places``, each of which prefers a response.

        The pairs of a prompt come together in one batch. The canonical tables of pairs go with
        those flavours whose columns they have.
        """
        if not len(places):
            return
        columns = preference_columns(batch, places)
        self.files.add(self._same, batch.split, columns)
        preferred = Preferred(batch, places, *sides(batch, places), columns)
        for part, make in PAIR_COLUMNS.items():
            if part in self.parts:
                made = make(preferred)
                self.files.add((part,), batch.split, made)
                self.left_out[part] += len(places) - len(next(iter(made.values())))
        if Part.HELPSTEER3 in self.parts:
            made = helpsteer3_columns(batch, places)
            self.files.add((Part.HELPSTEER3,), batch.split, made)
        if Part.KTO in self.parts:
            self.files.add((Part.KTO,), batch.split, kto_columns(preferred))

    def add_judgments(self, batch: PairBatch) -> None:
        """Write what was said of every pair, whatever became of it."""
        columns = judgment_columns(batch)
        self.files.add((Part.JUDGMENTS,), batch.split, columns)
        if Part.ARENA in self.parts:
            self.files.add((Part.ARENA,), batch.split, arena_columns(batch, columns))
