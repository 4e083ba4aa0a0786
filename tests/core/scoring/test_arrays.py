import numpy as np
import pytest

from evalhub.core.scoring.arrays import BLOCK, look_up, narrowest, slices


@pytest.mark.parametrize(
    ("largest", "name"),
    [(0, "int8"), (127, "int8"), (128, "int16"), (2**31 - 1, "int32"), (2**31, "int64")],
)
def test_narrowest_type_holds_the_largest_and_minus_one(largest: int, name: str) -> None:
    found = narrowest(largest)

    assert found.name == name
    assert np.array([largest, -1], dtype=found).tolist() == [largest, -1]


@pytest.mark.parametrize("n", [0, 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_slices_cover_every_entry_once(n: int) -> None:
    found = [row for rows in slices(n) for row in (rows.start, rows.stop)]

    assert sum(rows.stop - rows.start for rows in slices(n)) == n
    assert found == sorted(found)


def test_looking_up_keeps_the_type_of_the_table_across_blocks() -> None:
    codes = np.arange(BLOCK + 5) % 3
    table = np.array([7, 8, 9], dtype=np.int8)

    found = look_up(table, codes.astype(np.int8))

    assert found.dtype == np.int8
    assert found.tolist() == table[codes].tolist()
