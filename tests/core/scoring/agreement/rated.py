"""Make ratings for tests, and compute every statistic a second time, by loops and definitions."""

import csv
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from evalhub.core.scoring.agreement import GivenAnswer, Ratings, ratings_of

Table: TypeAlias = Mapping[str, Mapping[str, int]]
"""The answer of each annotator to each unit."""

LLMFAO_ANSWERS = {"left": 0, "tie": 1, "right": 2}


def rated(table: Table, n_categories: int = 3) -> Ratings:
    """Return the answers of ``table``, each unit a pair of its own."""
    answers = (
        GivenAnswer(unit, unit, who, category)
        for unit, said in table.items()
        for who, category in said.items()
    )
    return ratings_of(answers, tuple(str(i) for i in range(n_categories)))


def columns(*units: str) -> Ratings:
    """Return units written as words: the answers of annotators 0, 1, ... with gaps as spaces."""
    return rated(
        {
            f"u{i}": {str(k): int(said) for k, said in enumerate(unit) if said != " "}
            for i, unit in enumerate(units)
        }
    )


def llmfao(shared_dir: Path, only: Callable[[pd.DataFrame], pd.DataFrame] = lambda d: d) -> Ratings:
    """Return the 8,931 real judgments as ratings of their pairs."""
    raw = only(pd.read_csv(shared_dir / "data/llmfao/crowd-comparisons.csv"))
    rows = zip(raw["id"], raw["worker"], raw["winner"], strict=True)
    answers = (GivenAnswer(unit, unit, str(who), LLMFAO_ANSWERS[said]) for unit, who, said in rows)
    return ratings_of(answers, ("a", "tie", "b"))


def codings(shared_dir: Path) -> Ratings:
    """Return Krippendorff's example: four annotators, twelve units, five categories, gaps."""
    with (shared_dir / "data/small/codings.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    table: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for who, row in enumerate(rows):
        for unit, value in enumerate(row):
            if value:
                table[f"u{unit}"][str(who)] = int(value) - 1
    return rated(table, 5)


def tables(n_categories: int = 3) -> st.SearchStrategy[Table]:
    """Draw up to twelve units with answers by up to five annotators."""
    said = st.dictionaries(st.sampled_from("abcde"), st.integers(0, n_categories - 1), min_size=1)
    names = st.sampled_from([f"u{i}" for i in range(12)])
    return st.dictionaries(names, said, min_size=2, max_size=12)


def shared_units(table: Table) -> list[list[int]]:
    """Return the answers to each unit that two annotators or more answered."""
    return [list(said.values()) for said in table.values() if len(said) > 1]


def ratio(numerator: float, denominator: float) -> float | None:
    """Return the quotient; None where there is none."""
    return None if abs(denominator) < 1e-9 else numerator / denominator


def brute_percent(table: Table) -> float | None:
    """Compare every two answers to a unit."""
    pairs = [pair for said in shared_units(table) for pair in itertools.combinations(said, 2)]
    return ratio(sum(one == other for one, other in pairs), len(pairs))


def observed(table: Table) -> float:
    """Average over units the share of their comparisons that agree."""
    shares = []
    for said in shared_units(table):
        pairs = list(itertools.combinations(said, 2))
        shares.append(sum(one == other for one, other in pairs) / len(pairs))
    return float(np.mean(shares))


def brute_fleiss(table: Table) -> float | None:
    """Follow Fleiss' definition with pooled shares."""
    said = [value for unit in shared_units(table) for value in unit]
    expected = sum((n / len(said)) ** 2 for n in Counter(said).values())
    return ratio(observed(table) - expected, 1 - expected)


def brute_gwet(table: Table, n_categories: int = 3) -> float | None:
    """Follow Gwet's definition with shares averaged over all units."""
    shares = [
        np.mean([list(said.values()).count(c) / len(said) for said in table.values()])
        for c in range(n_categories)
    ]
    expected = sum(p * (1 - p) for p in shares) / (n_categories - 1)
    return ratio(observed(table) - float(expected), 1 - float(expected))


def brute_alpha(table: Table, distance: Callable[[int, int, Sequence[int]], float]) -> float | None:
    """Follow Krippendorff's definition over all ordered pairs of values."""
    units = shared_units(table)
    values = [value for unit in units for value in unit]
    seen = 0.0
    for unit in units:
        pairs = itertools.permutations(unit, 2)
        seen += sum(distance(c, k, values) for c, k in pairs) / (len(unit) - 1)
    chance = sum(distance(c, k, values) for c, k in itertools.permutations(values, 2))
    expected = chance / (len(values) - 1)
    return ratio(expected - seen, expected)


def nominal(c: int, k: int, _values: Sequence[int]) -> float:
    """Return 1 for different categories."""
    return float(c != k)


def ordinal(c: int, k: int, values: Sequence[int]) -> float:
    """Return the square of the answers between, those at the ends as half."""
    low, high = sorted((c, k))
    between = sum(low <= value <= high for value in values)
    return (between - (values.count(low) + values.count(high)) / 2) ** 2 if low != high else 0.0


def brute_cohen(table: Table, min_shared: int = 1) -> float | None:
    """Average Cohen's kappas of all pairs of annotators by the units they share."""
    who = sorted({name for said in table.values() for name in said})
    total, weight = 0.0, 0
    for one, other in itertools.combinations(who, 2):
        both = [(said[one], said[other]) for said in table.values() if {one, other} <= set(said)]
        if len(both) < min_shared:
            continue
        agree = sum(a == b for a, b in both) / len(both)
        first, second = (Counter(values) for values in zip(*both, strict=True))
        expected = sum(first[c] * second[c] for c in first) / len(both) ** 2
        kappa = ratio(agree - expected, 1 - expected)
        if kappa is not None:
            total, weight = total + len(both) * kappa, weight + len(both)
    return ratio(total, weight)
