"""Find the columns of a table of judgments under the names that it may give them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, TIED
from evalhub.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

_BY_MODEL = ("model_a", "model_b")
_BY_SIDE = ("left", "right")
_TIES = {"tie": TIED, "both_bad": TIED, "both_good": TIED}
WINNERS = {
    _BY_MODEL: {"model_a": LEFT_WON, "model_b": LEFT_LOST, **_TIES},
    _BY_SIDE: {"left": LEFT_WON, "right": LEFT_LOST, **_TIES},
}
"""What ``winner`` may say, by the names of the two columns of models."""
OPTIONAL = ("prompt_id", "annotator_id", "preference", "side", "count")
_TEXTS = {_BY_MODEL: ("response_a", "response_b"), _BY_SIDE: ("response_left", "response_right")}

TWICE = "stands there more than once"
KNOWN = frozenset(
    {"winner", *OPTIONAL, *_BY_MODEL, *_BY_SIDE, *_TEXTS[_BY_MODEL], *_TEXTS[_BY_SIDE]}
)
"""Every column that scoring may read; others are passed over."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Hold the names under which a table keeps its two models, and which columns it has."""

    first: str
    second: str
    present: frozenset[str]

    @property
    def outcomes(self) -> dict[str, int]:
        """Return the outcome that each word of ``winner`` stands for."""
        return WINNERS[self.first, self.second]

    @property
    def texts(self) -> tuple[str, str]:
        """Return the names of the two columns with what the models answered."""
        return _TEXTS[self.first, self.second]

    def has(self, name: str) -> bool:
        """Tell whether the table has a column."""
        return name in self.present


def find_columns(judgments: pd.DataFrame, *, where: str) -> Columns:
    """Return the columns of ``judgments``; those that scoring does not know are passed over.

    Raise ``BadInput`` for a table that lacks a column, has one twice, or names its models both
    ways, since then nobody can say which of the two is meant.
    """
    names = [str(name) for name in judgments.columns]
    by_model, by_side = ([name for name in pair if name in names] for pair in WINNERS)
    if by_model and by_side:
        raise BadInput.at(
            where,
            f"has the columns {', '.join([*by_model, *by_side])}: name the models either "
            "model_a and model_b, or left and right",
        )
    first, second = _BY_SIDE if by_side else _BY_MODEL
    _require_once((first, second, "winner"), names, where=where)
    known = (*OPTIONAL, *_TEXTS[first, second])
    _refuse_twice(known, names, where=where)
    if by_side and "side" in names:
        raise BadInput.at(
            f"{where}, column 'side'",
            "contradicts the columns left and right, which say it already",
        )
    return Columns(first, second, frozenset(names) & {*known, first, second, "winner"})


def _require_once(required: Sequence[str], names: Sequence[str], *, where: str) -> None:
    wrong = [name for name in required if names.count(name) != 1]
    missing = {name for name in wrong if name not in names}
    if wrong:
        raise BadInput(
            [
                Problem(f"{where}, column {name!r}", _hint(name) if name in missing else TWICE)
                for name in wrong
            ]
        )


def _hint(name: str) -> str:
    """Return the rule that a missing column breaks, with the names that would do as well."""
    if name == "winner":
        return "is missing"
    return "is missing; name the models model_a and model_b, or left and right"


def _refuse_twice(known: Sequence[str], names: Sequence[str], *, where: str) -> None:
    twice = [name for name in known if names.count(name) > 1]
    if twice:
        raise BadInput([Problem(f"{where}, column {name!r}", TWICE) for name in twice])
