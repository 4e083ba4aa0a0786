"""Read a table of judgments into integer codes, refusing what breaks a rule."""

from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.errors import BadInput, Problem

TEXT_COLUMNS = ("prompt", "model_left", "model_right")
SCORE_COLUMN = "score_left"
_PARALLEL_ROWS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class EncodedJudgments:
    """Hold judgments as codes: one entry a judgment in the four arrays.

    ``prompt``, ``left`` and ``right`` index the sorted names; ``outcome`` is twice the score of
    the left side (0 right won, 1 tie, 2 left won).
    """

    models: tuple[str, ...]
    prompts: tuple[str, ...]
    prompt: IntArray
    left: IntArray
    right: IntArray
    outcome: IntArray


def encode_judgments(judgments: pd.DataFrame) -> EncodedJudgments:
    """Return ``judgments`` as codes into sorted names, whatever the order of the rows.

    The columns are ``prompt``, ``model_left``, ``model_right`` (text) and ``score_left`` (1 left
    won, 0.5 tie, 0 right won). Raise ``BadInput`` naming column, row (from 1) and rule.
    """
    _require_columns(judgments)
    problems: list[Problem] = []
    factors = _factorise([judgments[name] for name in TEXT_COLUMNS])
    prompt, left, right = (
        _checked(factor, name, problems) for factor, name in zip(factors, TEXT_COLUMNS, strict=True)
    )
    outcome = _outcomes(judgments[SCORE_COLUMN], problems)
    if problems:
        raise BadInput(problems)
    models = tuple(sorted({*left.names, *right.names}))
    prompts = tuple(sorted(prompt.names))
    encoded = EncodedJudgments(
        models=models,
        prompts=prompts,
        prompt=prompt.codes_in(prompts),
        left=left.codes_in(models),
        right=right.codes_in(models),
        outcome=outcome,
    )
    _refuse_self_pairs(encoded)
    return encoded


@dataclass(frozen=True, slots=True, eq=False)
class _Factor:
    """Hold one text column as codes into its distinct names, in order of appearance."""

    codes: IntArray
    names: Sequence[str]

    def codes_in(self, sorted_names: Sequence[str]) -> IntArray:
        """Return the codes as positions in ``sorted_names``."""
        position = {name: i for i, name in enumerate(sorted_names)}
        positions = np.array([position[name] for name in self.names], dtype=np.int64)
        return positions[self.codes]


def _require_columns(judgments: pd.DataFrame) -> None:
    required = (*TEXT_COLUMNS, SCORE_COLUMN)
    present = list(judgments.columns)
    wrong = [column for column in required if present.count(column) != 1]
    if wrong:
        raise BadInput(
            [Problem(f"judgments, column {c!r}", "must be there exactly once") for c in wrong]
        )


def _factorise(columns: Sequence[pd.Series]) -> list[_Factor | None]:
    if len(columns[0]) < _PARALLEL_ROWS:
        return [_factor(column) for column in columns]
    # Hashing the strings is most of the time of a fit, and pandas lets go of the interpreter.
    with ThreadPoolExecutor(len(columns)) as threads:
        return list(threads.map(_factor, columns))


def _factor(column: pd.Series) -> _Factor | None:
    """Return the codes of a column; None where it holds lists or dicts, which have no hash."""
    try:
        codes, names = pd.factorize(column)
    except TypeError:
        return None
    return _Factor(codes.astype(np.int64, copy=False), list(names))


def _checked(factor: _Factor | None, column: str, problems: list[Problem]) -> _Factor:
    if factor is None:
        problems.append(Problem(f"judgments, column {column!r}", "must hold text"))
        return _Factor(np.zeros(0, dtype=np.int64), ())
    _report(problems, column, factor.codes < 0, "is missing")
    for code, value in enumerate(factor.names):
        rule = _broken_name_rule(value)
        if rule:
            _report(problems, column, factor.codes == code, rule)
    return factor


def _broken_name_rule(value: Hashable) -> str | None:
    if not isinstance(value, str):
        return f"{value!r} is not text"
    return None if value else "is empty"


def _outcomes(column: pd.Series, problems: list[Problem]) -> IntArray:
    if column.empty:
        return np.zeros(0, dtype=np.int64)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_complex_dtype(column):
        problems.append(Problem(f"judgments, column {SCORE_COLUMN!r}", "must hold numbers"))
        return np.zeros(0, dtype=np.int64)
    doubled: FloatArray = column.to_numpy(dtype=np.float64, na_value=np.nan) * 2
    wrong = ~((doubled == 0) | (doubled == 1) | (doubled == 2))  # noqa: PLR2004 - the three outcomes
    if wrong.any():
        value = doubled[np.argmax(wrong)] / 2
        rule = f"{value:g} is not 1 (left won), 0.5 (tie) or 0 (right won)"
        _report(problems, SCORE_COLUMN, wrong, rule)
        return np.zeros(0, dtype=np.int64)
    return doubled.astype(np.int64)


def _refuse_self_pairs(encoded: EncodedJudgments) -> None:
    same = encoded.left == encoded.right
    if same.any():
        problems: list[Problem] = []
        model = encoded.models[encoded.left[np.argmax(same)]]
        _report(problems, "model_right", same, f"{model!r} is compared with itself")
        raise BadInput(problems)


def _report(problems: list[Problem], column: str, wrong: BoolArray, rule: str) -> None:
    """Add one problem for the first wrong row, with the number of further ones."""
    n_wrong = int(wrong.sum())
    if n_wrong:
        more = f" (and {n_wrong - 1} more like it)" if n_wrong > 1 else ""
        row = int(np.argmax(wrong)) + 1
        problems.append(Problem(f"judgments, row {row}, column {column!r}", rule + more))
