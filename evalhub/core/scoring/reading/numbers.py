"""Read the two columns of whole numbers: graded preferences and counts.

Files give numbers as text and tables as numbers of any type; both are read by the same rules,
on the distinct values, of which there are few.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalhub.core.deferred import Deferred
from evalhub.core.reading.quoting import shown
from evalhub.core.scoring.arrays import BoolArray, IntArray
from evalhub.core.scoring.outcomes import MAX_GRADE
from evalhub.core.scoring.reading.factors import Factor, Reporter, factorise
from evalhub.errors import Problem

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

LARGEST_COUNT = 2**53
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Preferences:
    """Hold a graded preference a row, negative where the first model is better; 0 if not given."""

    values: IntArray
    is_given: BoolArray


def preferences_of(column: pd.Series, report: Reporter) -> Preferences:
    """Return graded preferences, which may be missing; report those beyond -3 to 3."""
    factor = factorise(column)
    if factor is None:
        report.problems.append(Problem(f"{report.where}, column 'preference'", "must hold numbers"))
        factor = Factor(np.zeros(len(column), dtype=np.int64), ("",))
    values = []
    for code, value in enumerate(factor.names):
        number = None if value == "" else _whole(value)
        if value != "" and (number is None or abs(number) > MAX_GRADE):
            rule = f"{_said(value)} is not a whole number from -{MAX_GRADE} to {MAX_GRADE}"
            report.add("preference", factor.codes == code, rule)
        values.append(number)
    is_given = np.array([*(value is not None for value in values), False])
    numbers = np.array([*(value or 0 for value in values), 0], dtype=np.int64)
    return Preferences(numbers[factor.codes], is_given[factor.codes])


def counts_of(column: pd.Series, report: Reporter) -> IntArray:
    """Return how many judgments each row stands for; report what is no whole number from 0."""
    factor = report.checked(factorise(column), "count", _broken_count_rule)
    values = [_whole(value) or 0 for value in factor.names]
    return np.array([*values, 0], dtype=np.int64)[factor.codes]


def _broken_count_rule(value: Hashable) -> str | None:
    number = _whole(value)
    if number is None or number > LARGEST_COUNT:
        return f"{_said(value)} is not a whole number"
    return f"{number} is negative" if number < 0 else None


def _whole(value: Hashable) -> int | None:
    """Return the whole number that ``value`` is or spells; None where it is none."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() else None
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value.partition(".")[0])
    return None


def _said(value: Hashable) -> str:
    return shown(value) if isinstance(value, str) else repr(value)
