import pandas as pd
import pytest

from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.errors import BadInput
from tests.core.scoring.tables import COLUMNS, judgments

GOOD = ("p1", "alpha", "beta", 1.0)
NAMES = ("prompt_id", "left", "right")


def _by_model(**columns: object) -> pd.DataFrame:
    """Return two judgments whose columns are named by model, with ``columns`` put in."""
    base = {"model_a": ["x", "y"], "model_b": ["y", "x"], "winner": ["model_a", "tie"]}
    return pd.DataFrame({**base, **columns})


def test_names_are_sorted_and_codes_point_into_them() -> None:
    table = judgments([("p2", "zeta", "alpha", 1.0), ("p1", "alpha", "mid", 0.5)])

    encoded = encode_judgments(table)

    assert encoded.models == ("alpha", "mid", "zeta")
    assert encoded.prompt is not None
    assert encoded.prompt.names == ("p1", "p2")
    assert encoded.prompt.codes.tolist() == [1, 0]
    assert encoded.left.tolist() == [2, 0]
    assert encoded.right.tolist() == [0, 1]
    assert encoded.outcome.tolist() == [2, 1]
    assert encoded.annotator is None
    assert encoded.count is None
    assert encoded.texts is None


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string", "string[pyarrow]"])
def test_text_may_come_in_any_pandas_type(dtype: str) -> None:
    table = judgments([GOOD, ("p1", "beta", "gamma", 0.0)])

    encoded = encode_judgments(table.astype(dict.fromkeys(COLUMNS, dtype)))

    assert encoded.models == ("alpha", "beta", "gamma")
    assert encoded.left.tolist() == [0, 1]
    assert encoded.outcome.tolist() == [2, 0]


def test_ids_may_be_whole_numbers_and_equal_their_digits() -> None:
    table = _by_model(prompt_id=[7, 10], annotator_id=["7", "8"])

    encoded = encode_judgments(table)

    assert encoded.prompt is not None
    assert encoded.annotator is not None
    assert encoded.prompt.names == ("10", "7")
    assert encoded.annotator.names == ("7", "8")


@pytest.mark.parametrize("tie", ["tie", "both_bad", "both_good"])
def test_every_kind_of_tie_is_one(tie: str) -> None:
    assert encode_judgments(_by_model(winner=["model_b", tie])).outcome.tolist() == [0, 1]


def test_the_right_side_turns_models_outcomes_and_grades() -> None:
    table = _by_model(side=["right", "left"], preference=[-3, 0], response_a=["a", "b"])

    encoded = encode_judgments(table.assign(response_b=["c", "d"]), has_texts=True)

    # x was shown on the right and won by 3: the left side, y, lost by 3.
    assert encoded.left.tolist() == [1, 1]
    assert encoded.right.tolist() == [0, 0]
    assert encoded.outcome.tolist() == [5, 1]
    assert encoded.texts == (["c", "b"], ["a", "d"])


@pytest.mark.parametrize(
    "preference", [[-2, 0], ["-2", "0"], [-2.0, 0.0]], ids=["int", "text", "float"]
)
def test_preferences_give_grades(preference: list[object]) -> None:
    assert encode_judgments(_by_model(preference=preference)).outcome.tolist() == [7, 1]


@pytest.mark.parametrize("missing", [None, float("nan"), ""])
def test_a_missing_preference_leaves_a_win_without_grade(missing: object) -> None:
    preference = pd.Series([missing, 0], dtype="object")

    assert encode_judgments(_by_model(preference=preference)).outcome.tolist() == [2, 1]


@pytest.mark.parametrize(("value", "n"), [("3", 3), (3, 3), (3.0, 3), ("0", 0), ("2.0", 2)])
def test_counts_are_whole_numbers_from_zero(value: object, n: int) -> None:
    encoded = encode_judgments(_by_model(count=pd.Series([1, value], dtype="object")))

    assert encoded.count is not None
    assert encoded.count.tolist() == [1, n]


def test_an_empty_table_has_no_models() -> None:
    encoded = encode_judgments(pd.DataFrame(columns=list(COLUMNS)))

    assert encoded.models == ()
    assert encoded.left.tolist() == []


@pytest.mark.parametrize("column", ["left", "right", "winner"])
def test_a_missing_column_is_named(column: str) -> None:
    table = judgments([GOOD]).drop(columns=column)

    with pytest.raises(BadInput, match=f"column '{column}': is missing"):
        encode_judgments(table)


def test_a_missing_model_column_says_which_names_would_do() -> None:
    table = judgments([GOOD]).drop(columns="left")

    with pytest.raises(BadInput, match="name the models model_a and model_b, or left and right"):
        encode_judgments(table)


def test_a_column_that_stands_twice_is_not_called_missing() -> None:
    table = judgments([GOOD])
    table = pd.concat([table, table[["winner"]]], axis=1)

    with pytest.raises(BadInput, match="column 'winner': stands there more than once"):
        encode_judgments(table)


def test_a_table_of_something_else_asks_for_the_usual_names() -> None:
    with pytest.raises(BadInput) as caught:
        encode_judgments(pd.DataFrame({"question": ["?"]}))

    wheres = [problem.where for problem in caught.value.problems]
    assert wheres == [f"judgments, column '{name}'" for name in ("model_a", "model_b", "winner")]


@pytest.mark.parametrize("column", ["winner", "prompt_id"])
def test_a_column_given_twice_is_refused(column: str) -> None:
    table = judgments([GOOD])

    with pytest.raises(BadInput, match=f"column '{column}'"):
        encode_judgments(pd.concat([table, table[[column]]], axis=1))


def test_models_named_both_ways_are_refused() -> None:
    with pytest.raises(BadInput, match="name the models either model_a and model_b, or left"):
        encode_judgments(judgments([GOOD]).assign(model_a="x"))


def test_a_side_beside_left_and_right_is_refused() -> None:
    with pytest.raises(BadInput, match="column 'side': contradicts the columns left and right"):
        encode_judgments(judgments([GOOD]).assign(side="left"))


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (None, "is missing"),
        (float("nan"), "is missing"),
        (7.5, "7.5 is not text"),
        (True, "True is not text"),
        ("", "is empty"),
        (" ", "is empty"),
    ],
    ids=["none", "nan", "number", "bool", "empty", "blank"],
)
@pytest.mark.parametrize("column", NAMES)
def test_a_bad_name_is_refused_with_row_and_rule(column: str, value: object, rule: str) -> None:
    table = judgments([GOOD, GOOD])
    table[column] = pd.Series(["good", value], dtype="object")

    with pytest.raises(BadInput, match=f"row 2, column '{column}': {rule}"):
        encode_judgments(table)


def test_values_that_cannot_be_names_are_refused() -> None:
    table = judgments([GOOD]).assign(prompt_id=pd.Series([["a", "list"]], dtype="object"))

    with pytest.raises(BadInput, match="column 'prompt_id': must hold text"):
        encode_judgments(table)


@pytest.mark.parametrize("winner", ["model_a", "LEFT", "draw", "1"])
def test_an_unknown_winner_is_refused_with_the_words_that_are_known(winner: str) -> None:
    table = judgments([GOOD, GOOD]).assign(winner=["left", winner])

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert str(caught.value) == (
        f"judgments, row 2, column 'winner': '{winner}' is not one of "
        "both_bad, both_good, left, right, tie"
    )


@pytest.mark.parametrize(
    ("count", "rule"),
    [
        (-1, "-1 is negative"),
        ("-2", "-2 is negative"),
        (1.5, "1.5 is not a whole"),
        ("", "'' is not"),
    ],
)
def test_a_count_that_is_none_is_refused(count: object, rule: str) -> None:
    table = _by_model(count=pd.Series([1, count], dtype="object"))

    with pytest.raises(BadInput, match=f"row 2, column 'count': {rule}"):
        encode_judgments(table)


def test_counts_beyond_exact_sums_are_refused() -> None:
    with pytest.raises(BadInput, match="comes to more than 9,007,199,254,740,992 judgments"):
        encode_judgments(_by_model(count=[2**53, 2**53]))


@pytest.mark.parametrize("preference", [4, -4, "much", 0.5])
def test_a_preference_beyond_the_scale_is_refused(preference: object) -> None:
    table = _by_model(preference=pd.Series([preference, 0], dtype="object"))

    with pytest.raises(BadInput, match=r"row 1, column 'preference': .* from -3 to 3"):
        encode_judgments(table)


@pytest.mark.parametrize("preference", [2, 0])
def test_a_preference_against_the_winner_is_refused(preference: int) -> None:
    with pytest.raises(BadInput, match="row 1, column 'preference': contradicts the winner"):
        encode_judgments(_by_model(preference=[preference, 0]))


def test_style_needs_both_texts() -> None:
    with pytest.raises(BadInput, match="column 'response_b': must be there to control for style"):
        encode_judgments(_by_model(response_a=["a", "b"]), has_texts=True)
    with pytest.raises(BadInput, match="row 2, column 'response_b': is not text"):
        encode_judgments(_by_model(response_a=["a", "b"], response_b=["c", None]), has_texts=True)


def test_a_model_compared_with_itself_is_refused() -> None:
    table = judgments([GOOD, ("p1", "beta", "beta", 0.5), ("p2", "beta", "beta", 0.5)])

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert str(caught.value) == (
        "judgments, row 2, column 'right': 'beta' is compared with itself (and 1 more like it)"
    )


def test_every_broken_column_is_reported_at_once() -> None:
    table = judgments([("", "alpha", "", 1.0)]).assign(winner="nobody")

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert {problem.where for problem in caught.value.problems} == {
        "judgments, row 1, column 'prompt_id'",
        "judgments, row 1, column 'right'",
        "judgments, row 1, column 'winner'",
    }


def test_a_column_of_nonsense_is_reported_briefly() -> None:
    table = pd.concat([judgments([GOOD])] * 500).assign(winner=[f"w{i}" for i in range(500)])

    with pytest.raises(BadInput) as caught:
        encode_judgments(table)

    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1].rule == "has 480 further values that break a rule"


def test_rows_are_named_as_the_caller_says() -> None:
    with pytest.raises(BadInput, match=r"^file\.csv line 2, column 'winner'"):
        encode_judgments(_by_model(winner="?"), place=lambda row: f"file.csv line {row + 1}")


def test_a_column_of_lists_as_preference_is_refused_and_never_passed_over() -> None:
    table = pd.DataFrame(
        {"left": ["a", "b"], "right": ["b", "a"], "winner": ["left"] * 2, "preference": [[1], [2]]}
    )

    with pytest.raises(BadInput, match="column 'preference': must hold numbers"):
        encode_judgments(table)


@pytest.mark.parametrize("column", ["count", "preference"])
def test_a_truth_value_is_no_number(column: str) -> None:
    table = pd.DataFrame({"left": ["a"], "right": ["b"], "winner": ["left"], column: [True]})

    with pytest.raises(BadInput, match=f"column '{column}': True is not a whole number"):
        encode_judgments(table)
