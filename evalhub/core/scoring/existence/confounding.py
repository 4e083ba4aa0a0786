"""Say whether the effect of position can be told apart from the strengths, and has a maximum."""

import numpy as np

from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.existence.boundedness import is_bounded
from evalhub.core.scoring.strengths.systems import Bordered, Edges

CONFOUNDED = "Sides and models go together, so the effect of position cannot be told apart."
UNBOUNDED = "The effect of position has no finite maximum in these judgments."
_ZERO_SHARE = 1e-9


def position_obstacle(cells: Cells, n_models: int, *, has_ties: bool) -> str | None:
    """Say why the advantage of the left side cannot be estimated; None where it can."""
    if _is_confounded(cells, n_models):
        return CONFOUNDED
    if not is_bounded(cells, n_models, has_ties=has_ties, has_position=True):
        return UNBOUNDED
    return None


def _is_confounded(cells: Cells, n_models: int) -> bool:
    """Tell whether some strengths alone say which side each model stood on.

    The advantage is then a difference of strengths: if a always stood left of b, no judgment can
    tell that a is better from that the left is. Least squares on the sides finds such strengths.
    """
    edges = Edges(cells.left, cells.right, n_models)
    system = Bordered(edges, cells.n, np.zeros((n_models, 0)), np.zeros((0, 0)))
    found = system.solve(edges.sums(cells.n), np.zeros(0), tolerance=1e-10)
    rest = 1 - edges.gaps(found)
    return bool(cells.n @ rest**2 <= _ZERO_SHARE * cells.n.sum())
