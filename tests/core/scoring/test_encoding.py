import pandas as pd
import pytest

from evalhub.core.scoring.encoding import encode_judgments
from evalhub.errors import BadInput
from tests.core.scoring.tables import COLUMNS, judgments

GOOD = ("p1", "alpha", "beta", 1.0)


def test_names_are_sorted_and_codes_point_into_them() -> None:
    table = judgments([("p2", "zeta", "alpha", 1.0), ("p1", "alpha", "mid", 0.5)])

    encoded = encode_judgments(table)

    assert encoded.models == ("alpha", "mid", "zeta")
    assert encoded.prompts == ("p1", "p2")
    assert encoded.left.tolist() == [2, 0]
    assert encoded.right.tolist() == [0, 1]
    assert encoded.prompt.tolist() == [1, 0]
    assert encoded.outcome.tolist() == [2, 1]


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string"])
def test_text_may_come_in_any_pandas_type(dtype: str) -> None:
    table = judgments([GOOD, ("p1", "beta", "gamma", 0.0)])
    table = table.astype(dict.fromkeys(COLUMNS[:3], dtype))

    encoded = encode_judgments(table)

    assert encoded.models == ("alpha", "beta", "gamma")
    assert encoded.left.tolist() == [0, 1]


@pytest.mark.parametrize("dtype", ["float32", "Float64", "double[pyarrow]"])
def test_scores_may_come_in_any_numeric_type(dtype: str) -> None:
    table = judgments([GOOD, ("p1", "beta", "alpha", 0.5)]).astype({"score_left": dtype})

    assert encode_judgments(table).outcome.tolist() == [2, 1]


def test_whole_scores_may_be_integers() -> None:
    table = judgments([GOOD, ("p1", "beta", "alpha", 0.0)]).astype({"score_left": int})

    assert encode_judgments(table).outcome.tolist() == [2, 0]


def test_an_empty_table_has_no_models() -> None:
    encoded = encode_judgments(pd.DataFrame(columns=list(COLUMNS)))

    assert encoded.models == ()
    assert encoded.left.tolist() == []


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:
    table = judgments([GOOD]).drop(columns=column)

    with pytest.raises(BadInput, match=f"column '{column}': must be there exactly once"):
        encode_judgments(table)


def test_a_column_given_twice_is_refused() -> None:
    table = judgments([GOOD])
    twice = pd.concat([table, table[["prompt"]]], axis=1)

    with pytest.raises(BadInput, match="column 'prompt': must be there exactly once"):
        encode_judgments(twice)


@pytest.mark.parametrize(
    ("value", "rule"),
    [(None, "is missing"), (float("nan"), "is missing"), (7, "7 is not text"), ("", "is empty")],
    ids=["none", "nan", "number", "empty"],
)
@pytest.mark.parametrize("column", COLUMNS[:3])
def test_a_bad_name_is_refused_with_row_and_rule(column: str, value: object, rule: str) -> None:
    table = judgments([GOOD, GOOD])
    table[column] = pd.Series(["good", value], dtype="object")

    with pytest.raises(BadInput, match=f"row 2, column '{column}': {rule}"):
        encode_judgments(table)


def test_values_that_cannot_be_names_are_refused() -> None:
    table = judgments([GOOD]).assign(prompt=pd.Series([["a", "list"]], dtype="object"))

    with pytest.raises(BadInput, match="column 'prompt': must hold text"):
        encode_judgments(table)


@pytest.mark.parametrize("score", [0.7, -1.0, 2.0, float("nan"), float("inf")])
def test_a_score_that_is_no_outcome_is_refused(score: float) -> None:
    table = judgments([GOOD, ("p1", "alpha", "beta", score)])

    with pytest.raises(BadInput, match=r"row 2, column 'score_left': .* is not 1 \(left won\)"):
        encode_judgments(table)


@pytest.mark.parametrize("scores", [["1"], ["left"], [1 + 0j]], ids=["digit", "word", "complex"])
def test_scores_that_are_no_numbers_are_refused(scores: list[object]) -> None:
    table = judgments([GOOD]).assign(score_left=pd.Series(scores))

    with pytest.raises(BadInput, match="column 'score_left': must hold numbers"):
        encode_judgments(table)


def test_a_missing_score_in_a_nullable_column_is_refused() -> None:
    table = judgments([GOOD, GOOD]).astype({"score_left": "Float64"})
    table.loc[1, "score_left"] = pd.NA

    with pytest.raises(BadInput, match="row 2, column 'score_left': nan"):
        encode_judgments(table)


def test_a_model_compared_with_itself_is_refused() -> None:
    table = judgments([GOOD, ("p1", "beta", "beta", 0.5), ("p2", "beta", "beta", 0.5)])

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert str(caught.value) == (
        "judgments, row 2, column 'model_right': 'beta' is compared with itself "
        "(and 1 more like it)"
    )


def test_every_broken_column_is_reported_at_once() -> None:
    table = judgments([("", "alpha", "", 3.0)])

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert [problem.where for problem in caught.value.problems] == [
        "judgments, row 1, column 'prompt'",
        "judgments, row 1, column 'model_right'",
        "judgments, row 1, column 'score_left'",
    ]
