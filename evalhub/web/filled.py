"""Tell templates what a form was filled with, so that it comes back as it was typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalhub.errors import Problem


@dataclass(frozen=True, slots=True)
class Filled:
    """Hold the fields of a form by name, and the problems found in them by question."""

    values_by_name: dict[str, list[str]]
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]], problems: Sequence[Problem] = ()) -> "Filled":
        """Gather ``fields``, whose names may occur more than once."""
        values: dict[str, list[str]] = {}
        for name, value in fields:
            values.setdefault(name, []).append(value)
        return cls(values, tuple(problems))

    def has(self, name: str, value: object) -> bool:
        """Tell whether the choice or box ``value`` of a field is ticked."""
        return str(value) in self.values_by_name.get(name, [])

    def text(self, name: str) -> str:
        """Return what stands in a text field."""
        return self.values_by_name.get(name, [""])[0]

    def rules(self, question: str) -> list[str]:
        """Return the rules that a question's answer breaks."""
        return [problem.rule for problem in self.problems if problem.where == question]
