from typing import Any

import numpy as np
import pytest

from evalhub.core.scoring.labels import count_graded
from evalhub.errors import BadInput

VALID: dict[str, Any] = {"n_pairs": 2, "n_annotators": 2}


def test_judgments_of_one_kind_share_a_cell() -> None:
    table = count_graded([0, 1, 1], [1, 1, 1], [2, 2, -2], side=[1, 1, 1], **VALID)

    assert len(table.annotator) == 2
    assert table.by_pair.toarray().tolist() == [[0, 1], [1, 1]]
    assert table.n_judgments == 3


def test_annotator_grade_and_side_make_different_cells() -> None:
    table = count_graded([0] * 4, [0, 1, 0, 0], [1, 1, 2, 1], side=[1, 1, 1, -1], **VALID)

    assert len(table.annotator) == 4
    assert sorted(zip(table.annotator, table.category, table.side, strict=True)) == [
        (0, 4, -1),
        (0, 4, 1),
        (0, 5, 1),
        (1, 4, 1),
    ]


def test_a_choice_without_a_grade_is_a_category_of_its_own() -> None:
    bare = count_graded([0, 0], [0, 0], [-1, 1], is_graded=[False, False], **VALID)
    graded = count_graded([0, 0], [0, 0], [-1, 1], **VALID)

    assert set(bare.category).isdisjoint(graded.category)


def test_a_tie_is_the_same_with_and_without_a_grade() -> None:
    table = count_graded([0, 0], [0, 0], [0, 0], is_graded=[False, True], **VALID)

    assert len(table.category) == 1


def test_votes_are_counted_by_sign() -> None:
    table = count_graded([0, 0, 0, 1], [0, 1, 1, 0], [-3, 0, 1, -1], **VALID)

    assert table.n_first.tolist() == [1, 1]
    assert table.n_tied.tolist() == [1, 0]
    assert table.n_second.tolist() == [1, 0]


def test_no_judgments_leave_every_pair_empty() -> None:
    table = count_graded([], [], [], **VALID)

    assert table.n_pairs == 2
    assert table.n_judgments == 0


@pytest.mark.parametrize(
    ("pair", "annotator", "grade", "side", "place"),
    [
        ([0, 2], [0, 0], [1, 1], [0, 0], "judgments, pair, entry 2: 2 is not between 0 and 1"),
        ([0, 0], [-1, 0], [1, 1], [0, 0], "judgments, annotator, entry 1: -1"),
        ([0, 0], [0, 0], [1, 4], [0, 0], "judgments, grade, entry 2: 4 is not between -3 and 3"),
        ([0, 0], [0, 0], [1, 1], [0, 2], "judgments, side, entry 2: 2"),
        ([0], [0, 0], [1, 1], [0, 0], r"different lengths, \[1, 2\]"),
    ],
    ids=["pair", "annotator", "grade", "side", "lengths"],
)
def test_what_breaks_a_rule_is_named(
    pair: list[int], annotator: list[int], grade: list[int], side: list[int], place: str
) -> None:
    with pytest.raises(BadInput, match=place):
        count_graded(pair, annotator, grade, side=side, **VALID)


def test_the_order_of_the_judgments_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    pair, annotator = rng.integers(0, 9, 60), rng.integers(0, 3, 60)
    grade, order = rng.integers(-3, 4, 60), rng.permutation(60)

    one = count_graded(pair, annotator, grade, n_pairs=9, n_annotators=3)
    other = count_graded(pair[order], annotator[order], grade[order], n_pairs=9, n_annotators=3)

    assert one.by_pair.indices.tobytes() == other.by_pair.indices.tobytes()
    assert one.by_pair.data.tobytes() == other.by_pair.data.tobytes()
    assert one.annotator.tobytes() == other.annotator.tobytes()
