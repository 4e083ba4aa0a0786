"""Say whether tie parameters and the position effect have a finite maximum beside the strengths.

Strong connectivity settles it for plain strengths (Ford 1957). With a threshold c or an effect of
position the likelihood can rise for ever along a direction in which both move: two models of
which one wins or ties but never loses, for instance, with c growing as fast as the gap. Such a
direction is a solution of linear inequalities, one for each bound that an outcome has, so a
linear program finds it or shows that there is none.

Source: Albert and Anderson 1984 (separation); Rockafellar 1970, section 27 (recession).
"""

import numpy as np
import scipy

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, PLAIN, TIED

_RISE = 1e-7
_FEW_MODELS = 64
_MOST_STEPS = 50_000


def is_bounded(cells: Cells, n_models: int, *, has_ties: bool, has_position: bool) -> bool:
    """Tell whether the maximum is finite with a tie parameter, an effect of position, or both.

    ``cells`` are those of one component whose strengths alone are finite. Grades are read as
    plain wins: where those are bounded, graded thresholds are too.
    """
    if not has_ties and not has_position:
        return True
    if _is_plainly_bounded(cells, n_models, has_ties=has_ties, has_position=has_position):
        return True
    rows = _inequalities(cells, n_models, has_ties=has_ties, has_position=has_position)
    bounds = [(-1.0, 1.0)] * n_models
    bounds += [(0.0, 1.0)] * has_ties + [(-1.0, 1.0)] * has_position
    # The sum of all slacks is positive along a direction of growth, and 0 if there is none.
    # Named in full, optimize is imported when it is first used: every command would wait for it.
    found = scipy.optimize.linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrix
        -rows.sum(axis=0),
        A_ub=-rows,
        b_ub=np.zeros(rows.shape[0]),
        bounds=bounds,
        options={"maxiter": _MOST_STEPS},
    )
    # A search cut short has shown nothing, and what is not shown to be finite gets no interval.
    return bool(found.success and -found.fun <= _RISE)


def _is_plainly_bounded(cells: Cells, n_models: int, *, has_ties: bool, has_position: bool) -> bool:
    """Tell whether circles of models bound each parameter, as in any project of some size.

    Around a circle the gaps sum to 0. One of wins alone therefore bounds the threshold; one of
    models that won or tied on the left and one of models that did on the right bound the effect
    of position from both sides. Where both are estimated, the two circles are of wins, or one
    pair in one order of sides was won by each and bounds the threshold first.
    """
    few = np.flatnonzero((cells.left < _FEW_MODELS) & (cells.right < _FEW_MODELS))
    if len(few) < len(cells.left):
        # One circle is enough, so a look at a few models mostly saves the one at all of them.
        some = cells.chosen(few)
        if _is_plainly_bounded(some, n_models, has_ties=has_ties, has_position=has_position):
            return True
    plain = PLAIN[cells.outcome]
    won, lost, tied = (plain == outcome for outcome in (LEFT_WON, LEFT_LOST, TIED))
    a, b = cells.left, cells.right
    if not has_position:
        winners, losers = np.append(a[won], b[lost]), np.append(b[won], a[lost])
        return _has_circle(winners, losers, n_models)
    if has_ties:
        if _has_circle(a[won], b[won], n_models) and _has_circle(b[lost], a[lost], n_models):
            return True
        ordered = a * n_models + b
        if not len(_common(ordered[won], ordered[lost])):
            return False
    up, down = won | tied, lost | tied
    return _has_circle(a[up], b[up], n_models) and _has_circle(b[down], a[down], n_models)


def _has_circle(winners: IntArray, losers: IntArray, n_models: int) -> bool:
    """Tell whether arrows from winners to losers lead from some model back to itself."""
    arrows = scipy.sparse.csr_array(
        (np.ones(len(winners)), (winners, losers)), shape=(n_models, n_models)
    )
    n_groups, _ = scipy.sparse.csgraph.connected_components(arrows, connection="strong")
    return bool(n_groups < n_models)


def _common(one: IntArray, other: IntArray) -> IntArray:
    """Return the distinct codes that are in both, by sorting.

    NumPy's own set routines hash whole numbers, which takes seconds for a million of them.
    """
    first, second = (np.sort(codes) for codes in (one, other))
    first = first[np.diff(first, prepend=-1) > 0]
    if not len(second):
        return second
    place = np.minimum(np.searchsorted(second, first), len(second) - 1)
    return np.asarray(first[second[place] == first], dtype=np.int64)


def _inequalities(
    cells: Cells, n_models: int, *, has_ties: bool, has_position: bool
) -> "scipy.sparse.csr_array":
    """Return one row for each bound that an outcome has: growth keeps every product from 0 up.

    Columns are the strengths, then the threshold, then the effect of position.
    """
    plain = PLAIN[cells.outcome]
    from_left = _bounds(cells, plain == LEFT_WON, plain == TIED, n_models, sign=1)
    from_right = _bounds(cells, plain == LEFT_LOST, plain == TIED, n_models, sign=-1)
    parts = []
    for (gaps, threshold), sign in ((from_left, 1.0), (from_right, -1.0)):
        columns: list[scipy.sparse.csr_array] = [gaps]
        if has_ties:
            columns.append(scipy.sparse.csr_array(threshold[:, np.newaxis]))
        if has_position:
            columns.append(scipy.sparse.csr_array(np.full((gaps.shape[0], 1), sign)))
        parts.append(scipy.sparse.hstack(columns, format="csr"))
    return scipy.sparse.csr_array(scipy.sparse.vstack(parts, format="csr"))


def _bounds(
    cells: Cells, is_win: BoolArray, is_tie: BoolArray, n_models: int, *, sign: int
) -> "tuple[scipy.sparse.csr_array, FloatArray]":
    """Return the gap of each win and tie of one side, and how the threshold enters each."""
    used = np.flatnonzero(is_win | is_tie)
    rows = np.arange(len(used))
    ends = np.concatenate([cells.left[used], cells.right[used]])
    values = np.concatenate([np.full(len(used), sign), np.full(len(used), -sign)])
    shape = (len(used), n_models)
    gaps = scipy.sparse.csr_array(
        (values.astype(np.float64), (np.tile(rows, 2), ends)), shape=shape
    )
    return gaps, np.where(is_win[used], -1.0, 1.0)
