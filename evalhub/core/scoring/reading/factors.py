"""Turn columns of names into codes, and report the names that break a rule."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from evalhub.core.deferred import Deferred
from evalhub.core.reading.quoting import shown
from evalhub.core.scoring.arrays import BoolArray, CodeArray, look_up, narrowest, slices
from evalhub.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

# A wrong column has as many wrong values as rows; nobody reads more of them than this.
MAX_PROBLEMS = 20
NameRule: TypeAlias = Callable[[Hashable], str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """Hold one column as codes into its distinct names, in order of appearance."""

    codes: CodeArray
    names: Sequence[Hashable]

    def codes_in(self, sorted_names: Sequence[str]) -> CodeArray:
        """Return the codes as positions in ``sorted_names``."""
        position = {name: i for i, name in enumerate(sorted_names)}
        return self._gather([position[str(name)] for name in self.names])

    def mapped(self, meanings: Mapping[str, int], *, missing: int) -> CodeArray:
        """Return what each row's name means; ``missing`` for names that were reported."""
        return self._gather([meanings.get(str(name), missing) for name in self.names])

    def _gather(self, values: Sequence[int]) -> CodeArray:
        # The last entry is what the code -1 of a missing value, already reported, picks.
        table = np.array([*values, 0], dtype=narrowest(max(values, default=0)))
        return look_up(table, self.codes)


def factorise(column: pd.Series) -> Factor | None:
    """Return the codes of a column; None where it holds lists or dicts, which have no hash.

    It reads a block at a time: codes of a whole column would take eight bytes a row twice over
    before they are made narrow.
    """
    position: dict[Hashable, int] = {}
    parts = []
    for rows in slices(len(column)):
        try:
            codes, names = pd.factorize(column.iloc[rows])
        except TypeError:
            return None
        places = [position.setdefault(name, len(position)) for name in names]
        # The last entry is what the code -1 of a missing value picks.
        parts.append(np.array([*places, -1], dtype=narrowest(len(position)))[codes])
    found = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    return Factor(found, list(position))


def name_rule(words: AbstractSet[str] | None = None, *, may_be_whole: bool = False) -> NameRule:
    """Return the rule that one distinct value must keep: text, and one of ``words`` if given.

    Ids are often numbers; whole ones are read as their digits, so that 7 and "7" are one.
    """

    def broken_rule(value: Hashable) -> str | None:
        if may_be_whole and isinstance(value, int | np.integer) and not isinstance(value, bool):
            return None
        if not isinstance(value, str):
            return f"{value!r} is not text"
        if not value.strip():
            return "is empty"
        if words is not None and value not in words:
            return f"{shown(value)} is not one of {', '.join(sorted(words))}"
        return None

    return broken_rule


@dataclass(frozen=True, slots=True)
class Reporter:
    """Collect broken rules: one problem a column and rule, with its first row."""

    place: Callable[[int], str]
    where: str
    problems: list[Problem] = field(default_factory=list)

    def checked(self, factor: Factor | None, column: str, rule: NameRule) -> Factor:
        """Report what is wrong with the names of a column, and return its codes."""
        if factor is None:
            self.problems.append(Problem(f"{self.where}, column {column!r}", "must hold text"))
            return Factor(np.zeros(0, dtype=np.int64), ())
        self.add(column, factor.codes < 0, "is missing")
        broken = [(code, said) for code, name in enumerate(factor.names) if (said := rule(name))]
        for code, said in broken[:MAX_PROBLEMS]:
            self.add(column, factor.codes == code, said)
        if len(broken) > MAX_PROBLEMS:
            n_more = len(broken) - MAX_PROBLEMS
            self.problems.append(Problem(f"{self.where}, column {column!r}", _further(n_more)))
        return factor

    def add(self, column: str, wrong: BoolArray, rule: str) -> None:
        """Add one problem for the first wrong row, with the number of further ones."""
        n_wrong = int(wrong.sum())
        if n_wrong:
            more = f" (and {n_wrong - 1} more like it)" if n_wrong > 1 else ""
            at = self.place(int(np.argmax(wrong)) + 1)
            self.problems.append(Problem(f"{at}, column {column!r}", rule + more))

    def refuse(self) -> None:
        """Raise ``BadInput`` with what was collected, if anything was."""
        if self.problems:
            raise BadInput(self.problems)


def _further(n_values: int) -> str:
    return f"has {n_values:,} further values that break a rule"
