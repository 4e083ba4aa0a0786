"""Choose the tie model that judgments can bear, and read its parameters for people."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.options import Ties
from evalhub.core.scoring.outcomes import TIED
from evalhub.core.scoring.ties.davidson import Davidson
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.core.scoring.ties.likelihoods import TieModel
from evalhub.core.scoring.ties.rao_kupper import RaoKupper

ONLY_TIES = (
    "Every judgment is a tie, so the tie parameter has no finite value; ties are half wins here."
)
NO_TIES = "Nobody tied, so the tie parameter stands at its bound."


@dataclass(frozen=True, slots=True)
class TieChoice:
    """Hold the model to fit, and why it is not the one asked for; ``note`` is None if it is.

    ``bound`` is the tie parameter where it needs no estimation.
    """

    model: TieModel
    note: str | None = None
    bound: float | None = None


def choose_model(ties: Ties, cells: Cells) -> TieChoice:
    """Return the model for ``cells``; a tie parameter needs both ties and wins."""
    if ties is Ties.HALF or not len(cells.n):
        return TieChoice(HalfWin())
    is_tie = cells.outcome == TIED
    if is_tie.all():
        return TieChoice(HalfWin(), ONLY_TIES)
    if ties is Ties.DAVIDSON:
        # Without ties nu is 0, and win and loss have Bradley-Terry's probabilities.
        return TieChoice(Davidson.of(cells)) if is_tie.any() else TieChoice(HalfWin(), NO_TIES, 0.0)
    model = RaoKupper.of(cells)
    return TieChoice(model) if is_tie.any() else TieChoice(model, NO_TIES, 1.0)


def tie_parameter(ties: Ties, choice: TieChoice, shared: FloatArray) -> float | None:
    """Return psi of Rao and Kupper or nu of Davidson; None for half wins and where it has none.

    ``shared`` are the estimates of the model's parameters, as for ``thresholds``.
    """
    if ties is Ties.HALF or choice.bound is not None or not len(shared):
        return choice.bound
    return float(np.exp(shared[0]))


def thresholds(choice: TieChoice, shared: FloatArray) -> tuple[float, ...]:
    """Return the thresholds of graded preferences, in natural-log units; () without grades."""
    model = choice.model
    if not isinstance(model, RaoKupper):
        return ()
    return tuple(float(edge) for edge in model.thresholds(shared))
