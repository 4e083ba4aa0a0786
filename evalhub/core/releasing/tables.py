"""Write every table of a release from a stream of judged pairs, and count what went in."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from evalhub.core.canonical import Json
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.releasing.aggregation import PairSummary, hard_label, summarise
from evalhub.core.releasing.agreement import AgreementTally
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.files import TableFiles
from evalhub.core.releasing.flavour_tables import FlavourTables
from evalhub.core.releasing.judgment_rows import judgment_row
from evalhub.core.releasing.material import JudgedPair, ReleasePrompt
from evalhub.core.releasing.pair_rows import (
    margin_row,
    pair_row,
    prompt_row,
    tie_row,
)
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.vocabulary import Aggregation, PairOutcome, Part, Split


@dataclass(slots=True)
class Tally:
    """Count what was written, for the manifest, the card and the dossier."""

    outcomes: Counter[PairOutcome] = field(default_factory=Counter)
    judgments_by_origin: Counter[str] = field(default_factory=Counter)
    annotators: dict[str, str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    agreement: AgreementTally = field(default_factory=AgreementTally)
    n_cannot_judge: int = 0
    n_simulated_judgments: int = 0
    n_simulated_pairs: int = 0
    left_out: Counter[Part] = field(default_factory=Counter)
    seen: Observations = field(default_factory=Observations)

    def annotators_by_origin(self) -> dict[str, int]:
        """Return the number of annotators by how they came to be known."""
        return dict(sorted(Counter(self.annotators.values()).items()))


class Tables:
    """Write the rows of every table, prompt by prompt, and count them.

    Prompts and their pairs come in an order that the caller must fix. The rows of one prompt are
    made at a time, and nothing is kept of it afterwards but counts.
    """

    def __init__(self, files: TableFiles, recipe: Recipe | None = None) -> None:
        self._files = files
        self._recipe = recipe or Recipe()
        self._flavours = FlavourTables(files, self._recipe.flavours)
        self._tally = Tally()

    def add_prompt(self, prompt: ReleasePrompt, split: Split, pairs: Iterable[JudgedPair]) -> None:
        """Write one prompt with all of its judged pairs."""
        for pair in pairs:
            summary = summarise(pair, self._recipe.pairs)
            if self._recipe.aggregation is Aggregation.MAJORITY:
                pair = replace(pair, label=hard_label(summary, pair.label))  # noqa: PLW2901 - the same pair with the label that the recipe asks for
            _count(pair, summary, self._tally)
            _write_pair(pair, summary, files=self._files, flavours=self._flavours)
            for judgment in pair.judgments:
                row = judgment_row(judgment, pair, summary.outcome)
                self._files.add(Part.JUDGMENTS, pair.split, row)
        self._tally.seen.prompts.add(prompt.prompt)
        self._files.add(Part.PROMPTS, split, prompt_row(prompt, split))

    def finish(self) -> Tally:
        """Write what is still held back and return the counts; nothing may be added afterwards."""
        self._flavours.finish()
        self._tally.left_out = self._flavours.left_out
        return self._tally


def _write_pair(
    pair: JudgedPair, summary: PairSummary, *, files: TableFiles, flavours: FlavourTables
) -> None:
    flavours.add_judgments(pair)
    if summary.outcome is PairOutcome.TIE:
        files.add(Part.TIES, pair.split, tie_row(pair, summary))
    if summary.outcome is not PairOutcome.PREFERENCE:
        return
    row = margin_row(pair_row(pair, summary), pair, summary)
    flavours.add_preference(pair, summary, row)


def _count(pair: JudgedPair, summary: PairSummary, tally: Tally) -> None:
    tally.outcomes[summary.outcome] += 1
    tally.n_cannot_judge += summary.n_cannot_judge
    tally.n_simulated_pairs += pair.is_simulated
    tally.models.update((pair.x.model, pair.y.model))
    tally.agreement.add(pair.judgments)
    tally.seen.add(pair)
    for judgment in pair.judgments:
        record = judgment.record
        tally.judgments_by_origin[record.origin.value] += 1
        tally.annotators[judgment.annotator] = record.person_origin.value
        tally.n_simulated_judgments += record.is_simulated


def judgment_lines(records: Iterable[tuple[str, JudgmentRecord]]) -> Iterator[Json]:
    """Yield what the snapshot hash covers of each judgment in force, by its id.

    Times are left out but for the week that a release tells, so that two databases that were
    told the same agree.
    """
    for identity, record in records:
        yield [
            identity,
            record.annotator_kind.value,
            record.origin.value,
            record.person_origin.value,
            record.is_swapped,
            record.choice.value,
            record.preference,
            record.confidence,
            record.why,
            record.answer,
            record.rubric_id,
            record.rubric_version,
        ]
