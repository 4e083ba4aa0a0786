"""Read a table of judgments into integer codes, refusing what breaks a rule."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.arrays import BoolArray, CodeArray, IntArray
from evalhub.core.scoring.outcomes import MIRRORED, TIED, graded
from evalhub.core.scoring.reading.columns import Columns, find_columns
from evalhub.core.scoring.reading.factors import Factor, Reporter, factorise, name_rule
from evalhub.core.scoring.reading.numbers import Preferences, counts_of, preferences_of
from evalhub.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

_SIDES = {"left": False, "right": True}
_PARALLEL_ROWS = 100_000
_LARGEST_TOTAL = 2**53
"""Sums of counts stay whole numbers in floating point up to here."""
_ROW = "judgments, row {}"


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Hold one column as codes into its sorted names."""

    names: tuple[str, ...]
    codes: CodeArray


@dataclass(frozen=True, slots=True, eq=False)
class EncodedJudgments:
    """Hold judgments as codes: one entry a row of the table in every array.

    ``left`` and ``right`` index ``models``, which are sorted; ``outcome`` is one of
    ``evalhub.core.scoring.outcomes``; ``count`` is None where every row is one judgment.
    ``prompt`` and ``annotator`` are None where the table does not have the column, and
    ``texts`` holds what the two sides answered where it was asked for. Codes are as narrow as they
    fit, so that ten million judgments take 50 MB; widen them before you calculate with them.
    """

    models: tuple[str, ...]
    left: CodeArray
    right: CodeArray
    outcome: CodeArray
    count: IntArray | None
    prompt: Coded | None
    annotator: Coded | None
    texts: tuple[Sequence[str], Sequence[str]] | None


def encode_judgments(
    judgments: pd.DataFrame,
    *,
    place: Callable[[int], str] = _ROW.format,
    where: str = "judgments",
    has_texts: bool = False,
) -> EncodedJudgments:
    """Return ``judgments`` as codes into sorted names, whatever the order of the rows.

    The columns are those of ``fit``. ``place`` names a row (from 1) for people, for instance by
    the line of a file. Raise ``BadInput`` naming column, row and rule; every column that breaks
    a rule is reported, each with its first row and the number of further ones.
    """
    columns = find_columns(judgments, where=where)
    report = Reporter(place, where)
    read = _read_names(judgments, columns, report)
    count = counts_of(judgments["count"], report) if columns.has("count") else None
    sides = _outcomes(judgments, columns, read, report)
    texts = _texts(judgments, columns, report) if has_texts else None
    report.refuse()
    sides_read = read[columns.first], read[columns.second]
    models = tuple(sorted({str(name) for side in sides_read for name in side.names}))
    left, right = (side.codes_in(models) for side in sides_read)
    _refuse_self_pairs(left == right, models, left, columns=columns, report=report)
    _refuse_too_many(count, where=where)
    outcome, is_swapped = sides
    if is_swapped is not None:
        left, right = np.where(is_swapped, right, left), np.where(is_swapped, left, right)
        outcome = np.where(is_swapped, MIRRORED[outcome], outcome)
        texts = texts and _swapped(texts, is_swapped)
    return EncodedJudgments(
        models=models,
        left=left,
        right=right,
        outcome=outcome,
        count=count,
        prompt=_coded(read.get("prompt_id")),
        annotator=_coded(read.get("annotator_id")),
        texts=texts,
    )


def _read_names(judgments: pd.DataFrame, columns: Columns, report: Reporter) -> dict[str, Factor]:
    """Return every column of names as codes, having reported those that are none."""
    names = [columns.first, columns.second, "winner"]
    names += [name for name in ("prompt_id", "annotator_id", "side") if columns.has(name)]
    n_threads = len(names) if len(judgments) >= _PARALLEL_ROWS else 1
    with ThreadPoolExecutor(n_threads) as threads:
        # Hashing the strings is most of the time of a fit, and pandas lets go of the interpreter.
        found = list(threads.map(factorise, [judgments[name] for name in names]))
    words = {"winner": set(columns.outcomes), "side": set(_SIDES)}
    factors = {}
    for name, factor in zip(names, found, strict=True):
        may_be_whole = name in {"prompt_id", "annotator_id"}
        rule = name_rule(words.get(name), may_be_whole=may_be_whole)
        factors[name] = report.checked(factor, name, rule)
    return factors


def _outcomes(
    judgments: pd.DataFrame, columns: Columns, read: dict[str, Factor], report: Reporter
) -> tuple[CodeArray, BoolArray | None]:
    """Return the outcome of each row as its columns stand, and which rows were shown swapped."""
    outcome = read["winner"].mapped(columns.outcomes, missing=TIED)
    if columns.has("preference"):
        preference = preferences_of(judgments["preference"], report)
        _refuse_contradiction(outcome, preference, report)
        outcome = graded(outcome, np.abs(preference.values))
    if not columns.has("side"):
        return outcome, None
    return outcome, read["side"].mapped(_SIDES, missing=0).astype(np.bool_)


def _refuse_contradiction(outcome: CodeArray, preference: Preferences, report: Reporter) -> None:
    # A negative preference says that the first model is better, as it does on the page.
    said = TIED - np.sign(preference.values)
    wrong = preference.is_given & (said != outcome)
    report.add("preference", wrong, "contradicts the winner; below 0 the first model is better")


def _texts(
    judgments: pd.DataFrame, columns: Columns, report: Reporter
) -> tuple[Sequence[str], Sequence[str]]:
    first, second = columns.texts
    missing = [name for name in (first, second) if not columns.has(name)]
    if missing:
        raise BadInput.at(
            f"{report.where}, column {missing[0]!r}", "must be there to control for style"
        )
    sides = []
    for name in (first, second):
        column = judgments[name].astype("object")
        is_text = column.map(lambda value: isinstance(value, str)).to_numpy(dtype=np.bool_)
        report.add(name, ~is_text, "is not text")
        sides.append(column.tolist())
    return sides[0], sides[1]


def _swapped(
    texts: tuple[Sequence[str], Sequence[str]], is_swapped: BoolArray
) -> tuple[Sequence[str], Sequence[str]]:
    turned = [(b, a) if swap else (a, b) for a, b, swap in zip(*texts, is_swapped, strict=True)]
    return [a for a, _ in turned], [b for _, b in turned]


def _refuse_self_pairs(
    same: BoolArray, models: Sequence[str], left: CodeArray, *, columns: Columns, report: Reporter
) -> None:
    if same.any():
        model = models[left[np.argmax(same)]]
        report.add(columns.second, same, f"{model!r} is compared with itself")
        report.refuse()


def _refuse_too_many(count: IntArray | None, *, where: str) -> None:
    if count is not None and float(count.sum(dtype=np.float64)) > _LARGEST_TOTAL:
        raise BadInput.at(
            f"{where}, column 'count'", f"comes to more than {_LARGEST_TOTAL:,} judgments"
        )


def _coded(factor: Factor | None) -> Coded | None:
    if factor is None:
        return None
    names = tuple(sorted({str(name) for name in factor.names}))
    return Coded(names, factor.codes_in(names))
