"""Judge measured differences by the bound of their interval, and print every one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Gate:
    """Hold a claim: the mean over repetitions must be at least ``least`` with its whole interval.

    ``least`` is None where nothing is claimed: the figure is printed because it matters.
    """

    claim: str
    values: tuple[float, ...]
    least: float | None

    @property
    def mean(self) -> float:
        """Return the mean over the repetitions."""
        return float(np.mean(self.values))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % t interval of the mean over the repetitions."""
        n = len(self.values)
        half = student_t.ppf(0.5 + LEVEL / 2, n - 1) * np.std(self.values, ddof=1) / np.sqrt(n)
        return self.mean - float(half), self.mean + float(half)

    @property
    def is_met(self) -> bool:
        """Tell whether the lower bound reaches what is claimed."""
        return self.least is None or self.interval[0] >= self.least

    def line(self) -> str:
        """Return the gate as one line of a report."""
        low, high = self.interval
        bound = "no gate" if self.least is None else f"gate >= {self.least:+.3f}"
        verdict = "" if self.least is None else ("  met" if self.is_met else "  MISSED")
        return f"{self.claim:66} {self.mean:+.4f} [{low:+.4f}, {high:+.4f}]  {bound}{verdict}"


def report(title: str, gates: Sequence[Gate]) -> bool:
    """Print the gates under a title and tell whether all are met."""
    print(f"-- {title}", flush=True)
    for gate in gates:
        print(gate.line(), flush=True)
    return all(gate.is_met for gate in gates)
