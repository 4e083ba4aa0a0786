import pytest

from evalhub.services.scoring.matrix import MAX_MODELS, MatrixCell, win_matrix
from tests.core.scoring.tables import judgments

JUDGMENTS = judgments(
    [("p", "a", "b", 1.0), ("p", "b", "a", 0.0), ("q", "a", "b", 0.5), ("q", "b", "c", 0.0)]
)


def test_cells_hold_the_row_models_share_in_the_order_asked_for() -> None:
    matrix = win_matrix(JUDGMENTS, ["c", "a", "b"])

    assert matrix is not None
    assert matrix.models == ("c", "a", "b")
    assert matrix.cells[1] == (None, None, MatrixCell(2.5 / 3, 3))
    assert matrix.cells[2] == (MatrixCell(0.0, 1), MatrixCell(0.5 / 3, 3), None)


@pytest.mark.parametrize("n_models", [1, MAX_MODELS + 1])
def test_matrix_that_would_not_fit_is_left_out(n_models: int) -> None:
    assert win_matrix(JUDGMENTS, [f"m{n}" for n in range(n_models)]) is None
