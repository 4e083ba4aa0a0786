"""Write every table of a release from a stream of judged pairs, and count what went in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from evalhub.core.canonical import Json
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.releasing.aggregation import PairSummary, hard_label, summarise
from evalhub.core.releasing.agreement import AgreementTally
from evalhub.core.releasing.batches import PairBatch
from evalhub.core.releasing.column import Places
from evalhub.core.releasing.credential_classes import ClassTally
from evalhub.core.releasing.dossier.observing import Observations
from evalhub.core.releasing.flavour_tables import FlavourTables
from evalhub.core.releasing.material import JudgedPair, JudgedPrompt
from evalhub.core.releasing.pair_rows import prompt_columns, tie_columns
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.row_sinks import RowSink
from evalhub.core.releasing.vocabulary import Aggregation, PairOutcome, Part, Split
from evalhub.core.releasing.weeks import iso_week
from evalhub.core.tallying import take_in

_COUNTED = (
    "outcomes",
    "judgments_by_origin",
    "annotators",
    "models",
    "n_cannot_judge",
    "n_simulated_judgments",
    "n_simulated_pairs",
    "left_out",
)
BATCH_CHARACTERS = 2**25
"""So many characters of texts, 33 million, the rows of one batch may hold. Each pair has its
prompt again and each battle its whole conversation: a page of long prompts would otherwise come to
gigabytes, of which Arrow's strings hold two at most."""


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
    classes: ClassTally = field(default_factory=ClassTally)
    left_out: Counter[Part] = field(default_factory=Counter)
    seen: Observations = field(default_factory=Observations)

    def take_in(self, later: "Tally") -> None:
        """Add what was counted of prompts that come after those counted here.

        Prompts counted in parts, whichever they are, leave what all of them at once would.
        """
        take_in(self, later, _COUNTED)
        self.agreement.take_in(later.agreement)
        self.classes.take_in(later.classes)
        self.seen.take_in(later.seen)

    def annotators_by_origin(self) -> dict[str, int]:
        """Return the number of annotators by how they came to be known."""
        return dict(sorted(Counter(self.annotators.values()).items()))


class Tables:
    """Write the rows of every table, a batch of prompts at a time, and count them.

    Prompts and their pairs come in an order that the caller must fix. The rows of one batch are
    made at a time, and nothing is kept of it afterwards but counts.
    """

    def __init__(
        self, files: RowSink, recipe: Recipe | None = None, *, tally: Tally | None = None
    ) -> None:
        self._files = files
        self._recipe = recipe or Recipe()
        self._flavours = FlavourTables(files, self._recipe.flavours)
        self._tally = tally or Tally()

    def add(self, prompts: Sequence[JudgedPrompt]) -> None:
        """Write some prompts, each with all of its judged pairs."""
        # A batch is of one split: rows of different splits go to different files.
        for split in Split:
            for own in batches_of([one for one in prompts if one.split is split]):
                self._add(own, split)

    def finish(self) -> Tally:
        """Return the counts; nothing may be added afterwards."""
        self._tally.left_out = self._flavours.left_out
        return self._tally

    def _add(self, prompts: Sequence[JudgedPrompt], split: Split) -> None:
        pairs = [pair for one in prompts for pair in one.pairs]
        summaries = [summarise(pair, self._recipe.pairs) for pair in pairs]
        if self._recipe.aggregation is Aggregation.MAJORITY:
            pairs = [
                replace(pair, label=hard_label(summary, pair.label))
                for pair, summary in zip(pairs, summaries, strict=True)
            ]
        _count(pairs, summaries, self._tally)
        for one in prompts:
            self._tally.seen.add(one.pairs)
            self._tally.seen.prompts.add(one.prompt.prompt)
        self._write(PairBatch(pairs, summaries, split))
        asked = prompt_columns([one.prompt for one in prompts], split)
        self._files.add((Part.PROMPTS,), split, asked)

    def _write(self, batch: PairBatch) -> None:
        self._flavours.add_judgments(batch)
        ties = _places(batch, PairOutcome.TIE)
        if len(ties):
            self._files.add((Part.TIES,), batch.split, tie_columns(batch, ties))
        self._flavours.add_preferences(batch, _places(batch, PairOutcome.PREFERENCE))


def batches_of(prompts: Sequence[JudgedPrompt]) -> Iterator[list[JudgedPrompt]]:
    """Yield prompts together whose rows hold no more than ``BATCH_CHARACTERS``, or one alone."""
    batch: list[JudgedPrompt] = []
    n_held = 0
    for one in prompts:
        n_characters = _written_characters(one)
        if batch and n_held + n_characters > BATCH_CHARACTERS:
            yield batch
            batch, n_held = [], 0
        batch.append(one)
        n_held += n_characters
    if batch:
        yield batch


def _written_characters(one: JudgedPrompt) -> int:
    """Return about how many characters of texts the largest table of a prompt's rows holds."""
    asked = sum(len(message.content) for message in one.prompt.prompt.messages)
    return sum(
        max(len(pair.judgments), 1) * (2 * asked + len(pair.x_text) + len(pair.y_text))
        for pair in one.pairs
    )


def _places(batch: PairBatch, outcome: PairOutcome) -> Places:
    found = [n for n, summary in enumerate(batch.summaries) if summary.outcome is outcome]
    return np.array(found, np.int64)


def _count(pairs: Sequence[JudgedPair], summaries: Sequence[PairSummary], tally: Tally) -> None:
    tally.outcomes.update([one.outcome for one in summaries])
    tally.n_cannot_judge += sum([one.n_cannot_judge for one in summaries])
    tally.n_simulated_pairs += sum([pair.is_simulated for pair in pairs])
    for pair in pairs:
        tally.models.update((pair.x.model, pair.y.model))
        tally.agreement.add(pair.judgments)
    judgments = [one for pair in pairs for one in pair.judgments]
    tally.judgments_by_origin.update([one.record.origin.value for one in judgments])
    tally.n_simulated_judgments += sum([one.record.is_simulated for one in judgments])
    for judgment in judgments:
        tally.annotators[judgment.annotator] = judgment.record.person_origin.value
        tally.classes.add(judgment.record.credential_class, judgment.annotator)


def judgment_lines(records: Iterable[tuple[str, JudgmentRecord]]) -> Iterator[Json]:
    """Yield what the snapshot hash covers of each judgment in force, by its id.

    Times are left out but for the week that a release tells, so that two databases that were
    told the same agree. Classes of credential are covered as they are told, by whoever knows which
    are withheld: a hash of what is withheld would give it away to whoever tries the few there are.
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
            record.revision,
            iso_week(record.created_at),
        ]
