"""Count from the rows of a release what its manifest states of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.by_prompt import AnyRow
from evalhub.core.releasing.credential_classes import ClassCount, ClassTally
from evalhub.core.releasing.manifest import ReleaseCounts


@dataclass(slots=True)
class RowCounts:
    """Count judgments as they come; pairs are counted by ``end_prompt``, which lets go of them.

    How an annotator came to be known stands in no row, so those counts cannot be made again.
    """

    n_cannot_judge: int = 0
    n_simulated: int = 0
    by_origin: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    annotators: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    classes: ClassTally = field(default_factory=ClassTally)
    _outcome_of_pair: dict[str, str] = field(default_factory=dict)

    def add(self, row: AnyRow) -> None:
        """Count a row of the table of judgments."""
        self.n_cannot_judge += row["choice"] == Choice.CANNOT_JUDGE
        self.n_simulated += row["is_simulated"]
        self.by_origin[row["origin"]] += 1
        self.annotators.add(row["annotator"])
        self.models.update((row["model_a"], row["model_b"]))
        self.classes.add(row["credential_class"], row["annotator"])
        self._outcome_of_pair[row["pair_id"]] = row["pair_outcome"]

    def end_prompt(self) -> None:
        """Count the pairs of a prompt; none of them may come later."""
        self.outcomes.update(self._outcome_of_pair.values())
        self._outcome_of_pair.clear()

    def contradicted(self, stated: ReleaseCounts) -> Iterator[tuple[str, int, int]]:
        """Yield each count of ``stated`` that is another: its name, as stated, and as counted."""
        said = {
            "n_cannot_judge": stated.n_cannot_judge,
            "n_simulated_judgments": stated.n_simulated_judgments,
            "n_annotators": stated.n_annotators,
            "n_models": stated.n_models,
            **_named("judgments_by_origin", stated.judgments_by_origin),
            **_named("pairs", stated.pairs),
            **_of_classes(stated.credential_classes),
        }
        found = {
            "n_cannot_judge": self.n_cannot_judge,
            "n_simulated_judgments": self.n_simulated,
            "n_annotators": len(self.annotators),
            "n_models": len(self.models),
            **_named("judgments_by_origin", self.by_origin),
            **_named("pairs", self.outcomes),
            **_of_classes(self.classes.counts()),
        }
        for name in sorted(said.keys() | found.keys()):
            if said.get(name, 0) != found.get(name, 0):
                yield name, said.get(name, 0), found.get(name, 0)


def _named(field_name: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f"{field_name}.{name}": n for name, n in counts.items()}


def _of_classes(classes: Iterable[ClassCount]) -> dict[str, int]:
    """Return the judgments and the people of each class; 0 people where too few were named."""
    return {
        f"credential_classes.{one.name}.{name}": n
        for one in classes
        for name, n in (("n_judgments", one.n_judgments), ("n_annotators", one.n_annotators or 0))
    }
