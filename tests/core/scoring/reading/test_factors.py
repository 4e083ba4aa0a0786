import pandas as pd
import pytest

from evalhub.core.scoring.arrays import BLOCK
from evalhub.core.scoring.reading.factors import factorise


@pytest.mark.parametrize("dtype", ["object", "str"])
def test_codes_go_on_from_block_to_block_in_order_of_appearance(dtype: str) -> None:
    head = ["b", "a", None] + ["b"] * (BLOCK - 3)
    column = pd.Series([*head, "c", "a", None, "b"], dtype=dtype)

    factor = factorise(column)

    assert factor is not None
    assert list(factor.names) == ["b", "a", "c"]
    assert factor.codes[:3].tolist() == [0, 1, -1]
    assert factor.codes[BLOCK:].tolist() == [2, 1, -1, 0]


def test_codes_are_as_narrow_as_the_names_allow() -> None:
    few = factorise(pd.Series(["a", "b"] * 10))
    many = factorise(pd.Series([f"p{i}" for i in range(200)]))

    assert few is not None
    assert many is not None
    assert (few.codes.dtype.name, many.codes.dtype.name) == ("int8", "int16")
    assert many.codes_in(sorted(str(name) for name in many.names)).dtype.name == "int16"


def test_a_late_block_of_lists_has_no_codes() -> None:
    assert factorise(pd.Series(["a"] * BLOCK + [["b"]], dtype="object")) is None


def test_no_rows_have_no_codes() -> None:
    factor = factorise(pd.Series([], dtype="object"))

    assert factor is not None
    assert (len(factor.codes), list(factor.names)) == (0, [])
