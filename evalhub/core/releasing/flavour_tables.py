"""Write the flavours of a release from the pairs that its canonical tables are written from."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from evalhub.core.releasing.aggregation import PairSummary
from evalhub.core.releasing.files import TableFiles
from evalhub.core.releasing.flavours.judged import arena_rows, helpsteer3_row
from evalhub.core.releasing.flavours.kto import KtoRows
from evalhub.core.releasing.flavours.pairs import PAIR_FLAVOURS, SAME_COLUMNS
from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.rows import MarginRow
from evalhub.core.releasing.vocabulary import FLAVOURS, Part, Split


@dataclass(slots=True)
class FlavourTables:
    """Write every flavour in ``parts``, and the tables of pairs, which every release has.

    ``left_out`` counts the pairs that a flavour cannot express.
    """

    files: TableFiles
    parts: Collection[Part] = FLAVOURS
    left_out: Counter[Part] = field(default_factory=Counter)
    _kto: KtoRows = field(default_factory=KtoRows)
    _kto_split: Split = Split.TRAIN
    _same: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._same = tuple(
            part for part in SAME_COLUMNS if part not in FLAVOURS or part in self.parts
        )

    def add_preference(self, pair: JudgedPair, summary: PairSummary, row: MarginRow) -> None:
        """Write a pair with a preferred response; the pairs of a prompt come together.

        The canonical tables of pairs go with those flavours whose columns they have.
        """
        self.files.add_to(self._same, pair.split, row)
        for part, make in PAIR_FLAVOURS.items():
            if part in SAME_COLUMNS or part not in self.parts:
                continue
            made = make(row)
            if made is None:
                self.left_out[part] += 1
            else:
                self.files.add(part, pair.split, made)
        if Part.HELPSTEER3 in self.parts:
            self.files.add(Part.HELPSTEER3, pair.split, helpsteer3_row(pair, summary))
        if Part.KTO in self.parts:
            for done in self._kto.add(row):
                self.files.add(Part.KTO, self._kto_split, done)
            # The rows that came back belong to the prompt before, which may be in another split.
            self._kto_split = pair.split

    def add_judgments(self, pair: JudgedPair) -> None:
        """Write what was said of a pair, whatever became of it."""
        if Part.ARENA in self.parts:
            for row in arena_rows(pair):
                self.files.add(Part.ARENA, pair.split, row)

    def finish(self) -> None:
        """Write what is still held back; nothing may be added afterwards."""
        for row in self._kto.finish():
            self.files.add(Part.KTO, self._kto_split, row)
