"""Keep one project's board as a fold of its log of judgments.

The log is append-only, so what was folded stays folded: a refresh reads what is new, takes back
what a revision replaced, and gives the board. What a rebuild from the judgments in force gives is
the same state; it happens when there is none yet, when the models are others, and when the
database no longer holds what was folded, as after it was restored.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.counting.counts import count_judgments
from evalhub.core.scoring.incremental import BoardState
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, TIED
from evalhub.services.scoring.inputs import LeftOut
from evalhub.services.scoring.log import (
    HORIZON,
    LogEntry,
    Sighting,
    entries_by_id,
    entries_in_force,
    entries_of_assignments,
    entries_of_imports,
    imports_of,
    newest_id,
    sightings,
)
from evalhub.services.scoring.model_names import ModelNames

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

_OUTCOMES = {0.0: LEFT_LOST, 0.5: TIED, 1.0: LEFT_WON}
_WINNERS = {0.0: "right", 0.5: "tie", 1.0: "left"}


@dataclass(slots=True)
class Audience:
    """Count the judgments by what a page says of them besides the board."""

    cannot_judge: int = 0
    by_models: int = 0
    same_endpoint: int = 0
    n_simulated: int = 0
    people: Counter[int] = field(default_factory=Counter)

    def count(self, entry: LogEntry, times: int) -> bool:
        """Count one judgment (or take it back) and tell whether it is scored.

        The rules are those of ``scoring_inputs``, in the same order.
        """
        if not entry.is_by_person:
            self.by_models += times
        elif entry.score is None:
            self.cannot_judge += times
        elif entry.left == entry.right:
            self.same_endpoint += times
        else:
            self.n_simulated += times * entry.is_simulated
            self.people[entry.person_id] += times
            return True
        return False

    @property
    def left_out(self) -> LeftOut:
        """Return how many judgments are not scored, by reason."""
        return LeftOut(self.cannot_judge, self.by_models, self.same_endpoint)

    @property
    def n_annotators(self) -> int:
        """Return how many people made the scored judgments."""
        return sum(n > 0 for n in self.people.values())


@dataclass(slots=True, eq=False)
class FoldedProject:
    """Hold what was folded of one project's log, and the state it was folded into.

    ``recent`` are the rows near the end of the log, the only ones that have to be told from new
    ones by their id; ``last_id`` is the highest id folded.
    """

    project_id: int
    names: ModelNames
    state: BoardState
    audience: Audience
    recent: dict[int, Sighting]
    last_id: int
    imports: dict[int, str]

    @classmethod
    def rebuilt(cls, project_id: int, *, session: Session) -> "FoldedProject":
        """Return the fold of all judgments in force: the one pass over them."""
        names = ModelNames.of(project_id, session=session)
        last_id = newest_id(project_id, session=session)
        audience, compared = Audience(), list[tuple[str, int, int, str]]()
        for entry in entries_in_force(project_id, session=session):
            names.note(entry.left, entry.right)
            if audience.count(entry, 1):
                compared.append(_row(entry))
        by_id = names.by_id(session=session)
        table = pd.DataFrame(compared, columns=["prompt_id", "left", "right", "winner"])
        for side in ("left", "right"):
            table[side] = table[side].map(by_id).astype(object)
        counts = count_judgments(table, models=names.listed)
        return cls(
            project_id=project_id,
            names=names,
            state=BoardState.of(counts),
            audience=audience,
            recent=sightings(project_id, since=None, after=last_id, session=session),
            last_id=last_id,
            imports=imports_of(project_id, session=session),
        )

    def caught_up(self, *, session: Session) -> bool:
        """Fold in what is new in the log; return False where only a rebuild would be right."""
        seen = sightings(self.project_id, since=self._since, after=self.last_id, session=session)
        imports = imports_of(self.project_id, session=session)
        # What was folded must still be there, under the same id and by the same hand; else this
        # is another database, or an earlier state of it.
        if not (self.recent.items() <= seen.items() and self.imports.items() <= imports.items()):
            return False
        new = seen.keys() - self.recent.keys()
        entries = entries_by_id(new, self.project_id, session=session)
        arrived = entries_of_imports(
            imports.keys() - self.imports.keys(), self.project_id, session=session
        )
        if not self.names.is_current(self.project_id, session=session):
            return False
        ends = {end for entry in (*entries, *arrived) for end in (entry.left, entry.right)}
        if not self.names.covers(ends, self.state.models):
            return False
        for entry in (*arrived, *entries):
            if entry.revision == 1:
                self._fold(entry, 1)
        self._revise([entry for entry in entries if entry.revision > 1], new, session=session)
        self.last_id = max(self.last_id, max(seen, default=0))
        self.imports, self.recent = imports, seen
        if self._since is not None:
            since = self._since
            self.recent = {i: one for i, one in seen.items() if one.created_at >= since}
        return self._lists_the_right_models()

    @property
    def _since(self) -> datetime | None:
        if not self.recent:
            return None
        return max(one.created_at for one in self.recent.values()) - HORIZON

    def _revise(self, revised: list[LogEntry], new: set[int], *, session: Session) -> None:
        """Replace what was in force of each revised assignment by what is now."""
        assignments = {one.assignment_id for one in revised if one.assignment_id is not None}
        revisions = entries_of_assignments(assignments, self.project_id, session=session)
        for assignment in assignments:
            own = [one for one in revisions if one.assignment_id == assignment]
            # A first revision that is new itself was folded in by the caller.
            before = [one for one in own if one.id not in new or one.revision == 1]
            if before:
                self._fold(max(before, key=_revision), -1)
            self._fold(max(own, key=_revision), 1)

    def _fold(self, entry: LogEntry, times: int) -> None:
        if not self.audience.count(entry, times):
            return
        change = self.state.add if times > 0 else self.state.take_back
        left, right = self.names.name(entry.left), self.names.name(entry.right)
        change(entry.prompt_key, left, right, _OUTCOMES[entry.score or 0.0])

    def _lists_the_right_models(self) -> bool:
        """Tell whether each model is one of the project's or has a judgment.

        A revision can leave a model that the project does not list without its only judgment.
        """
        listed = set(self.names.listed)
        return all(n or model in listed for model, n in self.state.n_by_model().items())


def _row(entry: LogEntry) -> tuple[str, int, int, str]:
    return entry.prompt_key, entry.left, entry.right, _WINNERS[entry.score or 0.0]


def _revision(entry: LogEntry) -> int:
    return entry.revision
